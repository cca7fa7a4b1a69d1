// Package mail hands messages to a mail server (SMTP, RFC 5321) and says of a failure whether trying again makes sense (TRU-7).
//
// A message has one recipient: what becomes of it is then one answer. Its Message-ID is the caller's and stays the same when it is
// sent again, so that a message that arrived twice is recognized. Nothing of a message can become a header line that the caller
// did not ask for.
package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// TLS says how the connection to the server is secured.
type TLS string

// The ways.
const (
	StartTLS TLS = "starttls" // begins in the clear, then must be secured (port 587); the usual one
	Implicit TLS = "implicit" // secured from the first byte (port 465, RFC 8314)
	Clear    TLS = "clear"    // not at all: a relay on the same machine, a test server
)

// usualTimeout is how long the server may take to connect, and again to take the message.
const usualTimeout = time.Minute

// Config names the mail server and the sender.
type Config struct {
	Host     string
	Port     int           // 0 is the usual one of TLS: 587, 465, 25
	TLS      TLS           // "" is StartTLS
	User     string        // "" signs in nowhere
	Password string        // is never sent over an unsecured connection to another machine
	From     string        // address with or without a name: Zhike <zhike@school.example>
	Hello    string        // name by which this machine greets; "" is its own
	Timeout  time.Duration // 0 is one minute
}

// Attachment is a file of a message.
type Attachment struct {
	Name    string
	Type    string // such as application/pdf; "" is guessed from the name
	Content []byte
}

// Message is what one recipient gets.
type Message struct {
	To          string // address with or without a name
	Subject     string
	Text        string // always there: for readers without HTML
	HTML        string // or none
	Attachments []Attachment
	ID          string            // Message-ID without angle brackets: the same when it is sent again
	Date        time.Time         // when it was written; zero is when it is sent
	Headers     map[string]string // further ones, such as X-Zhike-Report or List-Unsubscribe
}

// Sender sends messages. It is safe for concurrent use; each Send has a connection of its own.
type Sender struct {
	config  Config
	options []gomail.Option
}

// New checks the configuration; it does not connect. Refused: no host, an unknown way of securing, an unreadable sender.
func New(c Config) (*Sender, error) {
	if c.Host == "" {
		return nil, errors.New("mail: no host")
	}
	if _, err := address(c.From); err != nil {
		return nil, fmt.Errorf("mail: sender: %w", err)
	}
	if c.Timeout == 0 {
		c.Timeout = usualTimeout
	}
	options := []gomail.Option{gomail.WithTimeout(c.Timeout)}
	secured, err := c.secure()
	if err != nil {
		return nil, err
	}
	options = append(options, secured)
	options = append(options, gomail.WithPort(c.Port))
	if c.Hello != "" {
		options = append(options, gomail.WithHELO(c.Hello))
	}
	if c.User != "" {
		options = append(options, gomail.WithUsername(c.User), gomail.WithPassword(c.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthCramMD5))
	}
	s := &Sender{config: c, options: options}
	if _, err := gomail.NewClient(c.Host, options...); err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return s, nil
}

// secure settles how the connection is secured, and the port.
func (c *Config) secure() (gomail.Option, error) {
	usual, option := 587, gomail.WithTLSPolicy(gomail.TLSMandatory)
	switch c.TLS {
	case "", StartTLS:
	case Implicit:
		usual, option = 465, gomail.WithSSL()
	case Clear:
		usual, option = 25, gomail.WithTLSPolicy(gomail.NoTLS)
	default:
		return nil, fmt.Errorf("mail: TLS is %q, want starttls, implicit or clear", c.TLS)
	}
	if c.Port == 0 {
		c.Port = usual
	}
	return option, nil
}

// Send hands a message to the server. nil means that the server has taken it; any other outcome is an *Error, which says whether
// to try again. The end of ctx ends the connection.
func (s *Sender) Send(ctx context.Context, m Message) error {
	msg, err := s.compose(m)
	if err != nil {
		return &Error{Outcome: Refused, Stage: "compose", err: err}
	}
	if err := ctx.Err(); err != nil {
		return &Error{Outcome: NotNow, Stage: "connect", err: err}
	}
	options := append([]gomail.Option{gomail.WithDialContextFunc(s.dial(ctx))}, s.options...)
	client, err := gomail.NewClient(s.config.Host, options...)
	if err != nil {
		return &Error{Outcome: NotNow, Stage: "connect", err: err}
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() { // taken, whatever became of the connection afterwards
		return nil
	}
	return classify(err)
}

// dial connects, and closes the connection when ctx ends: the protocol's own functions do not watch it.
func (s *Sender) dial(ctx context.Context) gomail.DialContextFunc {
	return func(dialing context.Context, network, address string) (net.Conn, error) {
		dialer := &net.Dialer{Timeout: s.config.Timeout}
		var conn net.Conn
		var err error
		if s.config.TLS == Implicit {
			secure := &tls.Dialer{NetDialer: dialer, Config: &tls.Config{ServerName: s.config.Host, MinVersion: tls.VersionTLS12}}
			conn, err = secure.DialContext(dialing, network, address)
		} else {
			conn, err = dialer.DialContext(dialing, network, address)
		}
		if err != nil {
			return nil, fmt.Errorf("connect to %s: %w", net.JoinHostPort(s.config.Host, strconv.Itoa(s.config.Port)), err)
		}
		context.AfterFunc(ctx, func() { _ = conn.Close() })
		return conn, nil
	}
}

// compose makes the message. Everything that becomes a header is checked before.
func (s *Sender) compose(m Message) (*gomail.Msg, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	from, err := address(s.config.From)
	if err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	to, err := address(m.To)
	if err != nil {
		return nil, fmt.Errorf("recipient: %w", err)
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(from)
	msg.ToMailAddress(to)
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.ID)
	if !m.Date.IsZero() {
		msg.SetDateWithValue(m.Date)
	}
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's holiday note answers it
	for name, value := range m.Headers {
		msg.SetGenHeader(gomail.Header(name), value)
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	for _, a := range m.Attachments {
		var options []gomail.FileOption
		if a.Type != "" {
			options = append(options, gomail.WithFileContentType(gomail.ContentType(a.Type)))
		}
		msg.AttachReadSeeker(a.Name, bytes.NewReader(a.Content), options...)
	}
	return msg, nil
}
