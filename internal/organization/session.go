package organization

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/pquerna/otp/totp"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/vault"
)

// Lifetimes of sessions (TRU-22).
const (
	IdleTime     = 8 * time.Hour
	AbsoluteTime = 7 * 24 * time.Hour
	seenEvery    = time.Minute
)

// SignIn asks for a session (ORG-9).
type SignIn struct {
	Login    string `json:"login" maxLength:"200"`
	Password string `json:"password" maxLength:"1000"`
	Code     string `json:"code,omitempty" maxLength:"10" doc:"time-based code, where the account asks for one"`
	Kind     string `json:"-"` // web, api
	Lang     string `json:"-"` // of the browser; an account that has none yet keeps it
	Agent    string `json:"-"`
	Address  string `json:"-"`
}

// Access checks sign-ins and sessions. Hashing passwords is kept to two at a time, so that guesses cannot take all memory.
type Access struct {
	Dir   *Directory
	Run   *op.Runner
	slots chan struct{}
	dummy string
	same  func(password, hashed string) (bool, error)
}

var params = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32} // OWASP's minimum for argon2id

// NewAccess makes the checker.
func NewAccess(d *Directory, r *op.Runner) (*Access, error) {
	dummy, err := argon2id.CreateHash("no such account", params)
	if err != nil {
		return nil, fmt.Errorf("hash: %w", err)
	}
	return &Access{Dir: d, Run: r, slots: make(chan struct{}, 2), dummy: dummy, same: argon2id.ComparePasswordAndHash}, nil
}

// hash makes the argon2id hash of a password.
func hash(password string) (string, error) {
	h, err := argon2id.CreateHash(password, params)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return h, nil
}

func (a *Access) matches(ctx context.Context, password, hashed string) (bool, error) {
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	ok, err := a.same(password, hashed)
	if err != nil {
		return false, fmt.Errorf("compare password: %w", err)
	}
	return ok, nil
}

// SignIn opens a session and gives its token, which is kept nowhere in clear. A wrong password, an unknown login and a closed
// account read the same and take the same time; failures delay further tries per account, address and network (TRU-22). A try is counted
// before its password is compared: of those that come at once, none is let through for not being known yet.
func (a *Access) SignIn(ctx context.Context, in SignIn) (token string, acc Account, err error) {
	login := strings.ToLower(strings.TrimSpace(in.Login))
	ctx = op.WithViewer(ctx, policy.System())
	keys := delayKeys(login, in.Address)
	if err := a.try(ctx, keys); err != nil {
		return "", acc, err
	}
	found := true
	err = a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		return tx.Unscoped("sign-in").Select(&acc).Where("login = ?", login).Scan(ctx)
	})
	if errors.Is(err, sql.ErrNoRows) {
		found, acc.Password = false, a.dummy
	} else if err != nil {
		return "", acc, fmt.Errorf("load account: %w", err)
	}
	ok, err := a.matches(ctx, in.Password, acc.Password)
	if err != nil {
		return "", acc, err
	}
	if !ok || !found || !acc.Active {
		return "", Account{}, problem.Unauthorized("sign-in-failed")
	}
	step := int64(0)
	if acc.TOTPOn {
		if step, err = a.checkCode(ctx, acc, in.Code); err != nil {
			if in.Code == "" {
				err = errors.Join(err, a.proved(ctx, keys)) // of the password
			}
			return "", Account{}, err
		}
	}
	token, err = a.open(ctx, acc, in, step, keys)
	return token, acc, err
}

// checkCode accepts a code of the present or a neighbouring time step, each step once (RFC 6238).
func (a *Access) checkCode(ctx context.Context, acc Account, code string) (int64, error) {
	if code == "" {
		return 0, problem.Unauthorized("code-required")
	}
	var secret []byte
	err := a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		v, ok := tx.Vault().(*vault.Vault)
		if !ok {
			return errors.New("no vault")
		}
		secret, err = v.Open(ctx, tx.Tx, acc.ID, "totp", acc.TOTP)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read secret of time-based codes: %w", err)
	}
	now := a.Run.Clock.Now()
	for _, d := range []time.Duration{0, -30 * time.Second, 30 * time.Second} {
		at := now.Add(d)
		want, err := totp.GenerateCode(string(secret), at)
		if err != nil {
			return 0, fmt.Errorf("time-based code: %w", err)
		}
		if step := at.Unix() / 30; want == code && step > acc.TOTPLast {
			return step, nil
		}
	}
	return 0, problem.Unauthorized("code-wrong")
}

func (a *Access) open(ctx context.Context, acc Account, in SignIn, step int64, keys []string) (string, error) {
	token, digest := newToken()
	err := a.Run.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		if err := forgive(ctx, tx, keys); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, "UPDATE accounts SET used_at = ?, lang = CASE WHEN lang = '' THEN ? ELSE lang END, totp_last = CASE WHEN ? > 0 THEN ? ELSE totp_last END WHERE id = ? AND (? = 0 OR totp_last < ?)",
			tx.Now, in.Lang, step, step, acc.ID, step, step)
		if err != nil {
			return fmt.Errorf("note sign-in: %w", err)
		}
		if n == 0 {
			return problem.Unauthorized("code-wrong")
		}
		return tx.Insert(ctx, Session{
			ID: tx.NewID(), Token: digest, Account: acc.ID, Kind: in.Kind, Agent: clip(in.Agent, 200), Address: in.Address,
			Created: tx.Now, Seen: tx.Now, Expires: tx.Now.Add(AbsoluteTime),
		})
	})
	return token, err
}

func newToken() (token string, digest []byte) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	token = "zk_" + base64.RawURLEncoding.EncodeToString(b[:])
	d := sha256.Sum256([]byte(token))
	return token, d[:]
}

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// Identify gives the viewer, account and session of a token; the viewer is shared and must not be changed. Expired or ended sessions
// are unauthorized.
func (a *Access) Identify(ctx context.Context, token string) (*policy.Viewer, Account, Session, error) {
	v, acc, s, err := a.known(ctx, token)
	if err == nil && s.Kind == feedKind {
		return nil, acc, s, problem.Unauthorized("unauthorized")
	}
	return v, acc, s, err
}

// known gives what Identify does, of every kind of token.
func (a *Access) known(ctx context.Context, token string) (*policy.Viewer, Account, Session, error) {
	digest := sha256.Sum256([]byte(token))
	now := a.Run.Clock.Now()
	i, mark, found := a.Dir.known.get(digest)
	if !found || !i.quarter.Equal(now.Truncate(quarter)) {
		var err error
		if i, err = a.identify(ctx, digest, now); err != nil {
			return nil, i.account, i.session, err
		}
		if a.Run.DB.Engine == db.SQLite {
			a.Dir.known.put(digest, i, mark)
		}
	}
	s := i.session
	if !i.account.Active || now.After(s.Expires) || s.Kind != "token" && s.Kind != feedKind && now.Sub(s.Seen) > IdleTime {
		return nil, i.account, s, problem.Unauthorized("session-ended")
	}
	if now.Sub(s.Seen) > seenEvery {
		i.session.Seen = now
		err := a.Run.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE sessions SET seen_at = ? WHERE id = ? AND seen_at < ?", now, s.ID, now)
			return err
		})
		if err != nil {
			return nil, i.account, s, fmt.Errorf("note use of session: %w", err)
		}
		if found {
			a.Dir.known.put(digest, i, mark)
		}
	}
	return i.viewer, i.account, s, nil
}

func (a *Access) identify(ctx context.Context, digest [32]byte, now time.Time) (i identity, err error) {
	sys := op.WithViewer(ctx, policy.System())
	var version int64
	err = a.Run.Read(sys, func(ctx context.Context, tx *op.Tx) error {
		u := tx.Unscoped("the token is the right")
		if err := u.Select(&i.session).Where("token = ?", digest[:]).Scan(ctx); err != nil {
			return err
		}
		if err := u.Select(&i.account).Where("id = ?", i.session.Account).Scan(ctx); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "SELECT n FROM versions WHERE id = 'organization'", nil, &version)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return i, problem.Unauthorized("unauthorized")
	}
	if err != nil {
		return i, fmt.Errorf("identify: %w", err)
	}
	if err := a.Dir.Refresh(sys, a.Run, version); err != nil {
		return i, err
	}
	i.viewer, i.quarter = narrowed(a.Dir.Viewer(i.account), i.session.Rights), now.Truncate(quarter)
	return i, nil
}

// narrowed leaves a viewer only some of its rights, where a token names them (ORG-11).
func narrowed(v *policy.Viewer, rights []string) *policy.Viewer {
	if len(rights) > 0 {
		maps.DeleteFunc(v.Rights, func(right string, _ policy.Scope) bool { return !slices.Contains(rights, right) })
	}
	return v
}

// SignOut ends a session.
func (a *Access) SignOut(ctx context.Context, s Session) error {
	return a.Run.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM sessions WHERE id = ?", s.ID)
		tx.AfterCommit(a.Dir.known.clear)
		return err
	})
}

// oneTimePassword makes a password that has to be changed at the first sign-in: 4 × 4 letters that are not mistaken for others.
func oneTimePassword() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789"
	var b [16]byte
	_, _ = rand.Read(b[:])
	var out strings.Builder
	for i := range b {
		if i > 0 && i%4 == 0 {
			out.WriteByte('-')
		}
		out.WriteByte(letters[int(binary.BigEndian.Uint16([]byte{b[i], b[(i+7)%16]}))%len(letters)])
	}
	return out.String()
}

// endSessions ends every session and token of an account: password, role or account changed (TRU-22).
func endSessions(ctx context.Context, tx *op.Tx, account, except id.ID) error {
	_, err := tx.Exec(ctx, "DELETE FROM sessions WHERE account = ? AND id <> ?", account, except[:])
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

// endSessionsOf ends every session and token of a staff member whose rights changed, or who left (TRU-22).
func endSessionsOf(ctx context.Context, tx *op.Tx, staff id.ID) error {
	_, err := tx.Exec(ctx, "DELETE FROM sessions WHERE account IN (SELECT id FROM accounts WHERE staff = ?)", staff)
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

// changed tells every node that the organization has to be read again.
func changed(ctx context.Context, tx *op.Tx) error { return tx.Changed(ctx, "organization") }
