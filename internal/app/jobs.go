package app

import (
	"context"
	"errors"

	"zhike/internal/insight"
	"zhike/internal/insight/insightdoor"
	"zhike/internal/kernel/jobs"
	"zhike/internal/kernel/mail"
	"zhike/internal/people"
	"zhike/internal/sales"
)

// mailConfig is the mail server that the operator names.
type mailConfig struct {
	Host     string `name:"host" env:"ZHIKE_SMTP_HOST" help:"Mail server; none: mails wait in the outbox."`
	Port     int    `name:"port" env:"ZHIKE_SMTP_PORT" default:"0" help:"Port of the mail server; the usual one of the TLS kind if left out."`
	User     string `name:"user" env:"ZHIKE_SMTP_USER" help:"User of the mail server."`
	Password string `name:"password" env:"ZHIKE_SMTP_PASSWORD" help:"Password of the mail server."`
	From     string `name:"from" env:"ZHIKE_SMTP_FROM" default:"zhike@localhost.localdomain" help:"Sender of mails."`
	TLS      string `name:"tls" env:"ZHIKE_SMTP_TLS" enum:"starttls,implicit,clear" default:"starttls" help:"TLS to the mail server."`
}

func (c mailConfig) sender() (*mail.Sender, error) {
	return mail.New(mail.Config{Host: c.Host, Port: c.Port, User: c.User, Password: c.Password, From: c.From, TLS: mail.TLS(c.TLS)})
}

// startJobs begins to work on the queue. Without a mail server mails wait.
func (a *App) startJobs(ctx context.Context, public string, c mailConfig) error {
	if c.Host != "" {
		sender, err := c.sender()
		if err != nil {
			return err
		}
		post := insightdoor.Post{Run: a.Run, Catalogue: a.Catalogue, Server: sender, Public: public}
		jobs.Register(a.Jobs, post.Send)
		if err := insight.RequeueMails(ctx, a.Run); err != nil {
			return err
		}
	} else {
		jobs.Register(a.Jobs, a.noMail)
	}
	jobs.Register(a.Jobs, sales.Trainer{Run: a.Run}.Do)
	jobs.Register(a.Jobs, people.Exporter{Run: a.Run, Rows: Personal()}.Do)
	if err := a.startImports(ctx); err != nil {
		return err
	}
	return a.Jobs.Start(ctx)
}

// noMail leaves a mail in the outbox until a program starts with a server.
func (a *App) noMail(context.Context, insight.SendMail) error { return jobs.Over(errNoMail) }

var errNoMail = errors.New("no mail server is named: set --smtp-host")
