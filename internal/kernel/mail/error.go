package mail

import (
	"errors"
	"fmt"
	"net/textproto"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// Outcome says what became of a message that was not taken.
type Outcome int

// The outcomes.
const (
	// NotNow: the server was not reached, did not let us in, or asked to come again. The message is not taken; try again later.
	NotNow Outcome = iota + 1
	// Refused: the server or we ourselves refuse this message. Trying again changes nothing.
	Refused
	// Unknown: the whole message was sent, but no answer came. It may be taken: sending it again may deliver it twice, with one
	// Message-ID.
	Unknown
)

// String gives the word for logs and the outbox.
func (o Outcome) String() string {
	switch o {
	case NotNow:
		return "not-now"
	case Refused:
		return "refused"
	case Unknown:
		return "unknown"
	default:
		return "none"
	}
}

// Error says why a message was not sent. Its text has no address and nothing that the server wrote; Reply has.
type Error struct {
	Outcome Outcome
	Stage   string // compose, connect, sender, recipient, content, answer
	Code    int    // of the server's answer (RFC 5321, 4.2); 0 where there was none
	err     error
}

// Error implements error.
func (e *Error) Error() string {
	if e.Code == 0 {
		return fmt.Sprintf("mail %s at %s", e.Outcome, e.Stage)
	}
	return fmt.Sprintf("mail %s at %s: %d", e.Outcome, e.Stage, e.Code)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.err }

// Reply is the cause in words, on one line: it may name addresses, so it is for the operator's page and not for logs.
func (e *Error) Reply() string {
	if e.err == nil {
		return ""
	}
	return strings.Join(strings.Fields(e.err.Error()), " ")
}

// OutcomeOf gives the outcome in an error's chain. Errors of other kinds are NotNow: nothing says that the message is at fault.
func OutcomeOf(err error) Outcome {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Outcome
	}
	return NotNow
}

// classify reads the answer of the server. Answers before the message's own commands (greeting, security, signing in) say nothing
// about the message, whatever their code.
func classify(err error) *Error {
	sent, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		e := &Error{Outcome: NotNow, Stage: "connect", err: err}
		if answer, ok := errors.AsType[*textproto.Error](err); ok {
			e.Code = answer.Code
		}
		return e
	}
	e := &Error{Outcome: NotNow, Stage: stage(sent.Reason), Code: sent.ErrorCode(), err: err}
	switch {
	case e.Code >= 500:
		e.Outcome = Refused
	case e.Code == 0 && sent.Reason == gomail.ErrSMTPDataClose:
		e.Outcome = Unknown
	}
	return e
}

func stage(r gomail.SendErrReason) string {
	switch r {
	case gomail.ErrSMTPMailFrom, gomail.ErrGetSender:
		return "sender"
	case gomail.ErrSMTPRcptTo, gomail.ErrGetRcpts:
		return "recipient"
	case gomail.ErrSMTPData, gomail.ErrWriteContent, gomail.ErrNoUnencoded:
		return "content"
	case gomail.ErrSMTPDataClose:
		return "answer"
	default:
		return "connect"
	}
}
