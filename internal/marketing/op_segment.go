package marketing

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// SegmentInput is what is known of a segment.
type SegmentInput struct {
	SegmentID  id.ID           `json:"segment_id,omitempty" doc:"to change one; a new one if left out"`
	Version    *int64          `json:"version,omitempty" doc:"the version that the change started from (ORG-10)"`
	Name       string          `json:"name" maxLength:"100"`
	Note       string          `json:"note,omitempty" maxLength:"500"`
	CenterID   id.ID           `json:"center_id,omitempty" doc:"whose it is; none: the whole company's"`
	Conditions []condition.Row `json:"conditions" maxItems:"100" doc:"an outline: the first row is a group of depth 0"`
	Active     *bool           `json:"active,omitempty" doc:"whether it is offered; yes if left out"`
}

// SegmentAnswer names a segment.
type SegmentAnswer struct {
	ID      id.ID `json:"id"`
	Version int64 `json:"version"`
}

// SetSegment adds or changes a segment (MKT-10). Refused: no name, and conditions that cannot be asked, each by its place: too many, nested
// too deep, an empty group, an unknown field, a value that the field cannot have.
var SetSegment = op.Op[SegmentInput, SegmentAnswer]{
	Name: "marketing.set-segment", Rule: "MKT-10", Needs: "segment:update", Fact: facts.SegmentSet{}, Do: setSegment,
	Subjects: func(in SegmentInput) []op.Ref {
		refs := ofCenter(in.CenterID)
		if !in.SegmentID.IsNone() {
			refs = append(refs, op.Ref{Kind: "segment", ID: in.SegmentID, Reached: true})
		}
		return refs
	},
}

func setSegment(ctx context.Context, tx *op.Tx, in SegmentInput) (SegmentAnswer, error) {
	s := Segment{ID: in.SegmentID, Name: strings.TrimSpace(in.Name), Note: strings.TrimSpace(in.Note), Center: in.CenterID, Conditions: in.Conditions, Active: in.Active == nil || *in.Active, Created: tx.Now}
	var bad problem.Invalid
	if s.Name == "" {
		bad.Add("name", "required", nil)
	}
	if s.Center.IsNone() && !tx.Viewer.Scope("segment:update").All {
		bad.Add("center_id", "required", nil)
	}
	_, err := condition.Of(tx).Compile(ctx, tx, s.Conditions)
	if p, refused := problem.As(err); refused {
		bad = append(bad, p.Fields...)
	} else if err != nil {
		return SegmentAnswer{}, err
	}
	if err := bad.Err("MKT-10"); err != nil {
		return SegmentAnswer{}, err
	}
	f := facts.SegmentSet{Rows: int64(len(s.Conditions)), Active: s.Active, Fields: []string{}}
	if s.ID.IsNone() {
		s.ID, s.Staff = tx.NewID(), tx.Viewer.Staff
		chance := tx.NewID()
		s.Seed = int64(binary.BigEndian.Uint64(chance[8:]))
		err = tx.Insert(ctx, s)
	} else {
		err = s.change(ctx, tx, in.Version, &f)
	}
	if err != nil {
		return SegmentAnswer{}, err
	}
	f.SegmentAbout = s.about()
	tx.Record(s.ID, f)
	return SegmentAnswer{ID: s.ID, Version: s.Version}, nil
}

func (s *Segment) change(ctx context.Context, tx *op.Tx, version *int64, f *facts.SegmentSet) error {
	was, err := segmentOf(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	if s.Version = was.Version; version != nil {
		s.Version = *version
	}
	f.Fields = s.changed(was)
	return tx.Save(ctx, s, "name", "note", "center", "conditions", "active")
}

func (s Segment) about() facts.SegmentAbout {
	return facts.SegmentAbout{Segment: s.ID, Center: s.Center}
}

// HoldControlInput says which share of a segment is held back.
type HoldControlInput struct {
	SegmentID id.ID `json:"segment_id" path:"id"`
	Share     int64 `json:"control_share" minimum:"1" maximum:"50" doc:"per cent; holds for those who are drawn from now on"`
}

// HoldControlAnswer says how many were drawn this time.
type HoldControlAnswer struct {
	ID      id.ID `json:"id"`
	Drawn   int64 `json:"drawn"`
	Control int64 `json:"control"`
	Version int64 `json:"version"`
}

// HoldControl draws the persons of a segment, in the viewer's scope: a share of them is held back at random as control group (MKT-10). Who
// was drawn before stays where it is. Refused: a share of less than 1 or more than 50 per cent.
var HoldControl = op.Op[HoldControlInput, HoldControlAnswer]{
	Name: "marketing.hold-control", Rule: "MKT-10", Needs: "segment:update", Fact: facts.ControlHeld{}, Do: holdControl,
	Subject: func(in HoldControlInput) op.Ref { return op.Ref{Kind: "segment", ID: in.SegmentID} },
}

func holdControl(ctx context.Context, tx *op.Tx, in HoldControlInput) (out HoldControlAnswer, err error) {
	if in.Share < 1 || in.Share > MostShare {
		return out, problem.Refuse("MKT-10", "invalid", problem.Field{Location: "control_share", Code: "condition-share", Value: in.Share, Args: map[string]any{"limit": MostShare}})
	}
	s, err := lockSegment(ctx, tx, in.SegmentID)
	if err != nil {
		return out, err
	}
	s.Share, s.Drawn = in.Share, tx.Now
	if out.Drawn, out.Control, err = s.draw(ctx, tx); err != nil {
		return out, err
	}
	if err := tx.Save(ctx, &s, "share", "drawn_at"); err != nil {
		return out, err
	}
	tx.Record(s.ID, facts.ControlHeld{SegmentAbout: s.about(), Share: s.Share, Drawn: out.Drawn, Control: out.Control})
	out.ID, out.Version = s.ID, s.Version
	return out, nil
}

// ExportFormats are the files that a segment's persons leave in; json is the answer of the API.
var ExportFormats = []string{"csv", "xlsx", "json"}

// ExportSegmentInput says what is exported, for what, and as what.
type ExportSegmentInput struct {
	SegmentID id.ID  `json:"segment_id" path:"id"`
	Format    string `json:"format" enum:"csv,xlsx,json"`
	Purpose   string `json:"purpose" enum:"marketing,survey,internal" doc:"internal: for the work of the staff, nothing goes out by it"`
	Channel   string `json:"channel,omitempty" enum:"sms,call,email,wechat" doc:"by which it goes out; none of an internal list"`
}

// What lists are for: marketing and surveys go out to customers, by a channel; what is internal does not (PPL-9).
var (
	ExportPurposes = []string{"marketing", "survey", Internal}
	ExportChannels = []string{"sms", "call", "email", "wechat"}
)

// Internal is the purpose of lists that the staff works with.
const Internal = "internal"

// consentOf are the fields of conditions that say by which channels a person agreed to a purpose.
var consentOf = map[string]string{"marketing": "consent", "survey": "consent-survey"}

// Export is what left the program: its id stands in each row of the file, as a watermark.
type Export struct {
	ID      id.ID     `json:"id"`
	Segment id.ID     `json:"segment_id"`
	By      string    `json:"by"` // login
	At      time.Time `json:"at"`
	Format  string    `json:"format"`
	Rows    int64     `json:"rows"`
	Purpose string    `json:"purpose"`
	Channel string    `json:"channel"`
	LeftOut int64     `json:"left_out"` // who did not agree to the purpose by the channel (PPL-9)
}

// Query is that of the persons of an export: without the control group, and without those who did not agree (PPL-9).
func (e Export) Query(ctx context.Context, tx *op.Tx, s Segment) (condition.Query, error) {
	q, err := s.Side(ctx, tx, Contacted)
	if err != nil || e.Purpose == Internal {
		return q, err
	}
	return q.Fulfil(ctx, tx, condition.Row{Field: consentOf[e.Purpose], Is: condition.Is, Values: []string{e.Channel}})
}

// LeftOut is the query of those whom a list leaves out: to be contacted, but without their consent (PPL-9). Refused: an unknown purpose or channel, and a list of the
// staff's own, which leaves out nobody.
func LeftOut(ctx context.Context, tx *op.Tx, s Segment, purpose, channel string) (q condition.Query, err error) {
	in := ExportSegmentInput{Format: ExportFormats[0], Purpose: purpose, Channel: channel}
	if err = in.check(); err == nil && purpose == Internal {
		err = problem.Refuse("PPL-9", "invalid", problem.Field{Location: "purpose", Code: "not-one-of", Value: purpose, Args: map[string]any{"value": purpose, "list": "marketing, survey"}})
	}
	if err != nil {
		return q, err
	}
	if q, err = s.Side(ctx, tx, Contacted); err != nil {
		return q, err
	}
	return q.Fulfil(ctx, tx, condition.Row{Field: consentOf[purpose], Is: condition.IsNot, Values: []string{channel}})
}

// ExportSegment notes that a list of a segment's persons leaves the program, without the control group; where a share is held back, those
// who came since the last draw are drawn first (MKT-10, PPL-10). Of a list that goes out to customers those are left out, and counted, who did not
// agree to its purpose by its channel; a minor's consent is the guardian's (PPL-9). Refused: an unknown format, purpose or channel, none of those.
var ExportSegment = op.Op[ExportSegmentInput, Export]{
	Name: "marketing.export-segment", Rule: "MKT-10", Needs: "segment-member:export", Fact: facts.SegmentExported{}, Do: exportSegment,
	Subjects: func(in ExportSegmentInput) []op.Ref { return []op.Ref{{Kind: "segment", ID: in.SegmentID}} },
}

func exportSegment(ctx context.Context, tx *op.Tx, in ExportSegmentInput) (out Export, err error) {
	if err := in.check(); err != nil {
		return out, err
	}
	s, err := lockSegment(ctx, tx, in.SegmentID)
	if err != nil {
		return out, err
	}
	f := facts.SegmentExported{SegmentAbout: s.about(), Export: tx.NewID(), Format: in.Format, Purpose: in.Purpose, Channel: in.Channel}
	if s.Share > 0 {
		if f.Drawn, _, err = s.draw(ctx, tx); err != nil {
			return out, err
		}
		s.Drawn = tx.Now
		if err := tx.Save(ctx, &s, "drawn_at"); err != nil {
			return out, err
		}
	}
	out = Export{ID: f.Export, Segment: s.ID, By: tx.Viewer.Login, At: tx.Now, Format: in.Format, Purpose: in.Purpose, Channel: in.Channel}
	if out.Rows, out.LeftOut, err = out.count(ctx, tx, s); err != nil {
		return out, err
	}
	f.Rows, f.LeftOut = out.Rows, out.LeftOut
	tx.Record(s.ID, f)
	return out, nil
}

// count counts who is on an export, and who is left out.
func (e Export) count(ctx context.Context, tx *op.Tx, s Segment) (rows, left int64, err error) {
	q, err := e.Query(ctx, tx, s)
	if err != nil {
		return 0, 0, err
	}
	if rows, err = q.Count(ctx, tx); err != nil || e.Purpose == Internal {
		return rows, 0, err
	}
	if q, err = s.Side(ctx, tx, Contacted); err != nil {
		return 0, 0, err
	}
	all, err := q.Count(ctx, tx)
	return rows, all - rows, err
}

func (in *ExportSegmentInput) check() error {
	var bad problem.Invalid
	among := func(location, value string, list []string) {
		if !slices.Contains(list, value) {
			bad.Add(location, "not-one-of", value, "value", value, "list", strings.Join(list, ", "))
		}
	}
	among("format", in.Format, ExportFormats)
	among("purpose", in.Purpose, ExportPurposes)
	if in.Purpose == Internal {
		in.Channel = ""
	} else {
		among("channel", in.Channel, ExportChannels)
	}
	return bad.Err("PPL-9")
}

// lockSegment reads a segment for a draw: two draws of one follow each other.
func lockSegment(ctx context.Context, tx *op.Tx, key id.ID) (Segment, error) {
	if err := tx.Lock(ctx, "segments", key); err != nil {
		return Segment{}, fmt.Errorf("lock segment: %w", err)
	}
	return segmentOf(ctx, tx, key)
}
