package organizationdoor

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
)

// stepTime is how long the code of a second step may take.
const stepTime = 5 * time.Minute

// seal keeps what was typed in the first step of a sign-in until the code is there. It travels in the form, encrypted under a key that
// is made from the master key, so that any node can open it and nobody else.
type seal struct{ aead cipher.AEAD }

type firstStep struct {
	Login    string    `json:"l"`
	Password string    `json:"p"`
	Until    time.Time `json:"u"`
}

func newSeal(key []byte) seal {
	derived, err := hkdf.Key(sha256.New, key, nil, "zhike sign-in step", 32)
	if err != nil {
		panic(fmt.Errorf("derive key: %w", err)) // 32 bytes are never too many
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		panic(fmt.Errorf("make cipher: %w", err)) // the key has a length of AES
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(fmt.Errorf("make cipher: %w", err)) // AES has the block size of GCM
	}
	return seal{aead}
}

func (s seal) close(step firstStep) (string, error) {
	b, err := json.Marshal(step) //nolint:gosec // encrypted in the next step
	if err != nil {
		return "", fmt.Errorf("seal sign-in: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, b, nil)), nil //nolint:gosec // it makes its own nonce
}

// open gives the first step back; false where it is not ours or too old.
func (s seal) open(text string, now time.Time) (step firstStep, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return step, false
	}
	if b, err = s.aead.Open(nil, nil, b, nil); err != nil {
		return step, false
	}
	return step, json.Unmarshal(b, &step) == nil && now.Before(step.Until)
}
