package mail

import (
	"errors"
	"fmt"
	"mime"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a message. Mail servers commonly take 10 MB or more; a longer subject is a mistake.
const (
	longestSubject = 500
	largestFiles   = 20 << 20
)

var (
	errControl = errors.New("control character in a header")
	// messageID is a dot-atom on both sides (RFC 5322, 3.6.4).
	messageID = regexp.MustCompile(`^[A-Za-z0-9!#$%&'*+/=?^_{|}~.-]+@[A-Za-z0-9.-]+$`)
	// headerName is letters, digits and hyphens: less than RFC 5322 allows, all that is in use.
	headerName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,75}$`)
)

// own are the headers that the sender writes itself.
var own = []string{
	"auto-submitted", "bcc", "cc", "content-disposition", "content-transfer-encoding", "content-type", "date", "from", "message-id", "mime-version",
	"reply-to", "return-path", "sender", "subject", "to",
}

// check refuses what would break a header, or be none of the caller's business.
func (m Message) check() error {
	if !messageID.MatchString(m.ID) {
		return errors.New("the Message-ID is not of the form left@right")
	}
	if m.Text == "" {
		return errors.New("no text")
	}
	if err := line(m.Subject, longestSubject); err != nil {
		return fmt.Errorf("subject: %w", err)
	}
	for name, value := range m.Headers {
		if !headerName.MatchString(name) || slices.Contains(own, strings.ToLower(name)) {
			return fmt.Errorf("header %q is not the caller's to set", name)
		}
		if err := line(value, 2000); err != nil {
			return fmt.Errorf("header %s: %w", name, err)
		}
	}
	size := 0
	for _, a := range m.Attachments {
		if err := line(a.Name, 200); err != nil || a.Name == "" {
			return errors.New("the name of an attachment is empty, too long or has control characters")
		}
		if a.Type != "" {
			if _, _, err := mime.ParseMediaType(a.Type); err != nil || line(a.Type, 200) != nil {
				return fmt.Errorf("type of an attachment: %q is none", a.Type)
			}
		}
		size += len(a.Content)
	}
	if size > largestFiles {
		return fmt.Errorf("attachments of %d bytes, at most %d are sent", size, largestFiles)
	}
	return nil
}

// line refuses what is no single line of text.
func line(s string, longest int) error {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return errControl
	}
	if utf8.RuneCountInString(s) > longest {
		return fmt.Errorf("longer than %d characters", longest)
	}
	return nil
}

// address reads one address, with or without a name.
func address(s string) (*mail.Address, error) {
	if err := line(s, 400); err != nil {
		return nil, err
	}
	a, err := mail.ParseAddress(s)
	if err != nil {
		return nil, errors.New("unreadable address") // the address itself is personal: it does not go into errors
	}
	return a, nil
}
