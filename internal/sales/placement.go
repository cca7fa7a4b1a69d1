package sales

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Placement is the result of a placement test (SAL-6): personal, so it stands with the visit and not in the log.
type Placement struct {
	Level string `json:"level" maxLength:"40" doc:"as the school calls it"`
	Score string `json:"score,omitempty" maxLength:"20" doc:"a number"`
	Note  string `json:"note,omitempty" maxLength:"1000"`
}

// given is a result without spaces around; nil where nothing was given. Refused: a score or a remark without a level, a score that is no
// number of at least 0, what is too long.
func (p *Placement) given(bad *problem.Invalid) *Placement {
	if p == nil {
		return nil
	}
	out := Placement{Level: strings.TrimSpace(p.Level), Score: strings.TrimSpace(p.Score), Note: strings.TrimSpace(p.Note)}
	if out == (Placement{}) {
		return nil
	}
	if out.Level == "" {
		bad.Add("placement.level", "required", nil)
	}
	if out.Score != "" && (!number.MatchString(out.Score) || strings.HasPrefix(out.Score, "-") || strings.HasPrefix(out.Score, "−")) {
		bad.Add("placement.score", "answer-number", out.Score)
	}
	for _, f := range []struct {
		name, text string
		most       int
	}{{"level", out.Level, 40}, {"note", out.Note, longestAnswer}} {
		if len([]rune(f.text)) > f.most {
			bad.Add("placement."+f.name, "too-long", nil, "max", f.most)
		}
	}
	return &out
}

// Placements gives the results of a person's visits in scope, by visit.
func Placements(ctx context.Context, tx *op.Tx, person id.ID) (map[id.ID]Placement, error) {
	var list []Visit
	if err := tx.Select(&list).Where("person = ? AND placement <> '' AND placement <> 'null' AND finished_at IS NOT NULL", person).Order("id").Limit(200).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read placement tests: %w", err)
	}
	out := map[id.ID]Placement{}
	for _, v := range list {
		if v.Placement != nil {
			out[v.ID] = *v.Placement
		}
	}
	return out, nil
}

// PlacementOf gives the newest result of a person's visits in scope; nil if there is none.
func PlacementOf(ctx context.Context, tx *op.Tx, person id.ID) (*Placement, error) {
	var list []Visit
	err := tx.Select(&list).Where("person = ? AND placement <> '' AND placement <> 'null' AND finished_at IS NOT NULL", person).Order("finished_at DESC, id DESC").Limit(1).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read placement test: %w", err)
	}
	if len(list) == 0 {
		return nil, nil //nolint:nilnil // no test is no error
	}
	return list[0].Placement, nil
}
