package marketingdoor

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
	"time"
)

const (
	proofBits = 16             // some 65,000 digests: a fraction of a second in a browser, hours for a flood of a hundred thousand
	proofTime = 12 * time.Hour // how long a form may stand open
	proofPart = 8              // bytes of the time, of chance and, twice, of the seal
)

// prover makes and checks challenges for a proof of work: the sender looks for a number whose digest with the challenge begins with proofBits zeros
// (hashcash). A challenge is sealed under a key that is made from the master key, so that any node checks it and none has to remember it.
type prover struct{ key []byte }

func newProver(master []byte) prover {
	key, err := hkdf.Key(sha256.New, master, nil, "zhike capture", 32)
	if err != nil {
		panic(fmt.Errorf("derive key: %w", err)) // 32 bytes are never too many
	}
	return prover{key}
}

func (p prover) sum(what string, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, p.key)
	h.Write([]byte(what))
	for _, part := range parts {
		h.Write([]byte{0})
		h.Write(part)
	}
	return h.Sum(nil)[:2*proofPart]
}

// challenge makes one for the form of a code.
func (p prover) challenge(code string, now time.Time) string {
	b := make([]byte, 2*proofPart, 4*proofPart)
	binary.BigEndian.PutUint64(b, uint64(now.Unix()))
	_, _ = rand.Read(b[proofPart:]) // it never fails
	return base64.RawURLEncoding.EncodeToString(append(b, p.sum("challenge", []byte(code), b)...))
}

// holds tells whether a challenge is ours, of this code and not too old, and the nonce answers it.
func (p prover) holds(code, challenge, nonce string, now time.Time) bool {
	b, err := base64.RawURLEncoding.DecodeString(challenge)
	if err != nil || len(b) != 4*proofPart || len(nonce) > 20 || !hmac.Equal(b[2*proofPart:], p.sum("challenge", []byte(code), b[:2*proofPart])) {
		return false
	}
	made := time.Unix(int64(binary.BigEndian.Uint64(b)), 0)
	if age := now.Sub(made); age < -time.Minute || age > proofTime {
		return false
	}
	sum := sha256.Sum256([]byte(challenge + "." + nonce))
	return bits.LeadingZeros32(binary.BigEndian.Uint32(sum[:])) >= proofBits
}

// address is a digest of the sender's address: floods are counted by it, and nobody reads it.
func (p prover) address(text string) string {
	if text == "" {
		return ""
	}
	return hex.EncodeToString(p.sum("address", []byte(text)))
}
