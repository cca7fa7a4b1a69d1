package sales

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
)

// WritePlaybook writes a card of guidance, changes it or retires it (SAL-10); every version is kept. Refused: required, not-one-of,
// unknown course, more than three short lines, stale (ORG-10).
var WritePlaybook = op.Op[PlaybookInput, RuleAnswer]{
	Name: "sales.write-playbook", Rule: "SAL-10", Needs: "playbook:update", Fact: facts.PlaybookWritten{}, Do: writePlaybook,
	Subjects: func(in PlaybookInput) []op.Ref {
		if in.PlaybookID.IsNone() {
			return nil
		}
		return []op.Ref{{Kind: "playbook", ID: in.PlaybookID, Reached: true}}
	},
}

// PlaybookInput is a card; empty conditions hold for all.
type PlaybookInput struct {
	PlaybookID id.ID  `json:"playbook_id,omitempty" doc:"to change one; a new one if left out"`
	Name       string `json:"name" maxLength:"60"`
	Lang       string `json:"lang" enum:"zh,en" doc:"in which it is written; shown to who reads that language"`
	Kind       string `json:"kind,omitempty" enum:",new,renewal,upgrade,return" doc:"of enquiry; all if left out"`
	Stage      string `json:"stage,omitempty" enum:",new,contacted,invited,visited,quoted" doc:"of the enquiry; all if left out"`
	CourseID   id.ID  `json:"course_id,omitempty" doc:"all if left out"`
	Need       string `json:"need,omitempty" maxLength:"40" doc:"result of the last contact, a code of touch-result; all if left out"`
	Short      string `json:"short" maxLength:"400" doc:"one to three lines, for the panel of a call"`
	Questions  string `json:"questions,omitempty" maxLength:"2000" doc:"to ask, one a line"`
	Material   string `json:"material,omitempty" maxLength:"2000" doc:"one a line"`
	Answers    string `json:"answers,omitempty" maxLength:"2000" doc:"to objections, one a line"`
	Active     bool   `json:"active" doc:"false retires the card"`
	Base       *int64 `json:"base_version,omitempty" doc:"version that the change starts from; the present one if left out"`
}

// shortLines are the most that the panel of a call shows.
const shortLines = 3

func writePlaybook(ctx context.Context, tx *op.Tx, in PlaybookInput) (RuleAnswer, error) {
	var old Playbook
	if !in.PlaybookID.IsNone() {
		var err error
		if old, err = PlaybookByID(ctx, tx, in.PlaybookID); err != nil {
			return RuleAnswer{}, err
		}
	}
	if err := in.check(ctx, tx, old.Need); err != nil {
		return RuleAnswer{}, err
	}
	plain := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
	p := Playbook{
		ID: in.PlaybookID, Name: plain(in.Name), Lang: in.Lang, Kind: in.Kind, Stage: in.Stage, Course: in.CourseID, Need: in.Need,
		Short: plain(in.Short), Questions: plain(in.Questions), Material: plain(in.Material), Answers: plain(in.Answers), Active: in.Active, Version: 1,
	}
	if p.ID.IsNone() {
		p.ID = tx.NewID()
		if err := tx.Insert(ctx, p); err != nil {
			return RuleAnswer{}, err
		}
	} else {
		if p.Code, p.Version = old.Code, old.Version; in.Base != nil {
			p.Version = *in.Base
		}
		if err := tx.Save(ctx, &p, "name", "lang", "kind", "stage", "course", "need", "short", "questions", "material", "answers", "active"); err != nil {
			return RuleAnswer{}, err
		}
	}
	if err := keepVersion(ctx, tx, p, tx.Viewer.Login); err != nil {
		return RuleAnswer{}, err
	}
	tx.Record(p.ID, facts.PlaybookWritten{Playbook: p.ID, No: p.Version, Active: p.Active})
	return RuleAnswer{ID: p.ID, Version: p.Version}, nil
}

// keepVersion keeps what a card says at its version.
func keepVersion(ctx context.Context, tx *op.Tx, p Playbook, by string) error {
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode playbook: %w", err)
	}
	if _, err := tx.Exec(ctx, "INSERT INTO playbook_versions (playbook, no, by_login, at, body) VALUES (?, ?, ?, ?, ?)", p.ID, p.Version, by, tx.Now, string(body)); err != nil {
		return fmt.Errorf("keep version of playbook: %w", err)
	}
	return nil
}

// check refuses what is no card. The result that a card was for already may have been retired since.
func (in PlaybookInput) check(ctx context.Context, tx *op.Tx, was string) error {
	var bad problem.Invalid
	for _, f := range []struct{ name, value string }{{"name", in.Name}, {"short", in.Short}} {
		if strings.TrimSpace(f.value) == "" {
			bad.Add(f.name, "required", nil)
		}
	}
	if len(linesOf(in.Short)) > shortLines {
		bad.Add("short", "short-lines", nil, "most", shortLines)
	}
	for _, f := range []struct {
		name, value string
		list        []string
	}{{"lang", in.Lang, Langs}, {"kind", in.Kind, []string{"", "new", "renewal", "upgrade", "return"}}, {"stage", in.Stage, []string{"", string(New), string(Contacted), string(Invited), string(Visited), string(Quoted)}}} {
		if !slices.Contains(f.list, f.value) {
			bad.Add(f.name, "not-one-of", f.value, "list", strings.Trim(strings.Join(f.list, ", "), ", "))
		}
	}
	if in.Need != was {
		known, err := people.KnownCode(ctx, tx, "touch-result", in.Need)
		if err != nil {
			return err
		}
		if !known && in.Need != "" {
			bad.Add("need", "unknown", in.Need)
		}
	}
	if !in.CourseID.IsNone() {
		if _, err := contracts.CourseByID(ctx, tx, in.CourseID); err != nil {
			bad.Add("course_id", "unknown", in.CourseID)
		}
	}
	return bad.Err("SAL-10")
}

// NoteGuidance notes which version of a card stood beside a contact, and whether it was used (SAL-10); what is noted again holds.
// Refused: a touch of no enquiry or another's, an unknown version.
var NoteGuidance = op.Op[GuidanceInput, GuidanceAnswer]{
	Name: "sales.note-guidance", Rule: "SAL-10", Needs: "touch:create", Fact: facts.GuidanceNoted{}, Do: noteGuidance,
	Subject: func(in GuidanceInput) op.Ref { return op.Ref{Kind: "touch", ID: in.TouchID} },
}

// GuidanceInput names the contact and the card.
type GuidanceInput struct {
	TouchID    id.ID `json:"touch_id" path:"id"`
	PlaybookID id.ID `json:"playbook_id"`
	No         int64 `json:"no" minimum:"1" doc:"version of the card"`
	Used       bool  `json:"used"`
}

// GuidanceAnswer names the contact.
type GuidanceAnswer struct {
	ID id.ID `json:"touch_id"`
}

func noteGuidance(ctx context.Context, tx *op.Tx, in GuidanceInput) (GuidanceAnswer, error) {
	touch, err := people.TouchByID(ctx, tx, in.TouchID)
	if err != nil {
		return GuidanceAnswer{}, err
	}
	if touch.Enquiry.IsNone() || touch.Staff != tx.Viewer.Staff {
		return GuidanceAnswer{}, problem.Refuse("SAL-10", "guidance-touch", problem.Field{Location: "touch_id", Value: in.TouchID})
	}
	var n int64
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM playbook_versions WHERE playbook = ? AND no = ?", []any{in.PlaybookID, in.No}, &n); err != nil {
		return GuidanceAnswer{}, fmt.Errorf("look for version of playbook: %w", err)
	}
	if n == 0 {
		return GuidanceAnswer{}, problem.NotFound("playbook")
	}
	e, err := loadEnquiry(ctx, tx, touch.Enquiry)
	if err != nil {
		return GuidanceAnswer{}, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO playbook_uses (touch, playbook, no, enquiry, stage, rank, used, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (touch) DO UPDATE SET playbook = EXCLUDED.playbook, no = EXCLUDED.no, used = EXCLUDED.used`,
		in.TouchID, in.PlaybookID, in.No, e.ID, string(e.Stage), int64(e.Reached.Rank()), in.Used, tx.Now)
	if err != nil {
		return GuidanceAnswer{}, fmt.Errorf("note use of playbook: %w", err)
	}
	tx.Record(e.ID, facts.GuidanceNoted{Matter: e.matter(), Touch: in.TouchID, Playbook: in.PlaybookID, No: in.No, Used: in.Used})
	return GuidanceAnswer{ID: in.TouchID}, nil
}
