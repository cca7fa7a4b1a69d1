package facts

import (
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
)

// ImportStarted says that a file was handed in for import.
type ImportStarted struct {
	RunID  id.ID  `json:"run_id"`
	What   string `json:"what"` // leads, people, centers, staff, packages
	Center id.ID  `json:"center_id"`
}

// Kind implements event.Fact.
func (ImportStarted) Kind() string { return "rollout.import-started.1" }

// About implements event.Fact.
func (f ImportStarted) About() (center, person id.ID) { return f.Center, id.None }

// ReportMailed says that a report was sent by mail (INS-6).
type ReportMailed struct {
	Report string       `json:"report"`
	From   bizdate.Date `json:"from"`
	To     bizdate.Date `json:"to"`
	Center id.ID        `json:"center_id"`
	Mails  []id.ID      `json:"mail_ids"`
}

// Kind implements event.Fact.
func (ReportMailed) Kind() string { return "insight.report-mailed.1" }

// About implements event.Fact.
func (f ReportMailed) About() (center, person id.ID) { return f.Center, id.None }

// ReportExported says that a report left the program as a file (PPL-10).
type ReportExported struct {
	Report string       `json:"report"`
	From   bizdate.Date `json:"from"`
	To     bizdate.Date `json:"to"`
	Center id.ID        `json:"center_id"`
	Export id.ID        `json:"export_id"` // stands in the file
	Format string       `json:"format"`    // csv, xlsx, pdf
}

// Kind implements event.Fact.
func (ReportExported) Kind() string { return "insight.report-exported.1" }

// About implements event.Fact.
func (f ReportExported) About() (center, person id.ID) { return f.Center, id.None }

// MailRetried says that a mail of the outbox is to be sent again (TRU-7).
type MailRetried struct {
	Mail     id.ID  `json:"mail_id"`
	Was      string `json:"was"` // state before: waiting, failed
	Attempts int64  `json:"attempts"`
}

// Kind implements event.Fact.
func (MailRetried) Kind() string { return "insight.mail-retried.1" }

// About implements event.Fact.
func (f MailRetried) About() (center, person id.ID) { return id.None, id.None }
