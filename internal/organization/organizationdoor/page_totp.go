package organizationdoor

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"net/http"
	"net/url"

	"github.com/pquerna/otp"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// codeSide is the side of the QR code in pixels; it is drawn at half of it, sharp on fine screens.
const codeSide = 400

// totpView is the page that turns two steps on.
type totpView struct {
	Secret string
	Image  string // data: address of the QR code
}

// getTOTP shows a new secret; where a code was wrong, the same one again.
func (p pages) getTOTP(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	login := signedIn(ctx).account.Login
	secret := ""
	if web.ProblemOf(ctx) != nil {
		secret = r.PostForm.Get("secret")
	}
	if secret == "" {
		var err error
		if secret, _, err = organization.NewTOTP(login); err != nil {
			return err
		}
	}
	image, err := secretImage(login, secret)
	if err != nil {
		return err
	}
	page := web.Page{H1: t(ctx, "totp.title"), Lead: web.Text(t(ctx, "totp.lead"))}
	return web.Render(w, r, web.Shell(page, totpPage(totpView{secret, image})))
}

// secretImage is the QR code that an authenticator reads.
func secretImage(login, secret string) (string, error) {
	address := url.URL{Scheme: "otpauth", Host: "totp", Path: "/Zhike:" + login, RawQuery: url.Values{"secret": {secret}, "issuer": {"Zhike"}}.Encode()}
	key, err := otp.NewKeyFromURL(address.String())
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	code, err := key.Image(codeSide, codeSide)
	if err != nil {
		return "", fmt.Errorf("draw secret: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, code); err != nil {
		return "", fmt.Errorf("encode secret: %w", err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

func (p pages) postTOTP(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[organization.EnableTOTPInput](r)
	if err == nil {
		// without a key: its digest would be kept, and the secret with it
		_, err = organization.EnableTOTP.Run(op.WithKey(r.Context(), ""), p.Ops, in)
	}
	if err != nil {
		r.PostForm.Del("code")
		return web.Again(w, r, err, p.getTOTP)
	}
	return web.Redirect(w, r, "/account", web.Status{Text: t(r.Context(), "totp.enabled"), Tone: web.Good})
}

func (p pages) postTOTPOff(w http.ResponseWriter, r *http.Request) error {
	in := organization.DisableTOTPInput{Password: r.PostForm.Get("password")}
	r.PostForm.Del("password")
	// without a key: its digest would be kept, and could be guessed at
	err := p.Access.DisableTOTP(op.WithKey(r.Context(), ""), signedIn(r.Context()).account, in)
	if _, refused := problem.As(err); refused {
		return web.Again(w, r, err, p.getAccount)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/account", web.Status{Text: t(r.Context(), "totp.disabled"), Tone: web.Good})
}
