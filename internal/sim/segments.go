package sim

import (
	"context"

	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/marketing"
)

// heldShare is the share of a segment that is not contacted, in per cent.
const heldShare = 15

// chosen are the segments of the company's marketing; the first one has a control group, and campaigns are for it.
var chosen = []marketing.SegmentInput{
	{Name: "到访过、还没签", Note: "请回来试听", Conditions: []condition.Row{
		{Group: condition.All},
		{Depth: 1, Field: "visits", Is: condition.AtLeast, Values: []string{"1"}},
		{Depth: 1, Group: condition.None},
		{Depth: 2, Field: "contracts", Is: condition.AtLeast, Values: []string{"1"}},
		{Depth: 2, Field: "lost-reason", Is: condition.Is, Values: []string{"wrong-number", "no-need"}},
	}},
	{Name: "两周没联系的意向", Note: "顾问先打一遍", Conditions: []condition.Row{
		{Group: condition.All},
		{Depth: 1, Field: "stage", Is: condition.Is, Values: []string{"contacted", "invited", "visited", "quoted"}},
		{Depth: 1, Field: "last-touch", Is: condition.LongAgo, Values: []string{"14"}},
		{Depth: 1, Group: condition.Any},
		{Depth: 2, Field: "visits", Is: condition.AtLeast, Values: []string{"1"}},
		{Depth: 2, Field: "touches", Is: condition.AtLeast, Values: []string{"3"}},
	}},
	{Name: "课时快用完", Note: "续费季名单", Conditions: []condition.Row{
		{Group: condition.All}, {Depth: 1, Field: "contracts", Is: condition.AtLeast, Values: []string{"1"}}, {Depth: 1, Field: "hours-left", Is: condition.AtMost, Values: []string{"10"}},
	}},
}

// segments makes the company's segments where there are none yet, and gives the first one.
func (a *agenda) segments(ctx context.Context) (first id.ID, err error) {
	err = a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		list, err := marketing.Segments(ctx, tx, marketing.SegmentFilter{}, page.Request{Sort: "created"})
		if len(list.Items) > 0 {
			first = list.Items[0].ID
		}
		return err
	})
	if err != nil || !first.IsNone() {
		return first, err
	}
	for i, in := range chosen {
		s, err := marketing.SetSegment.Run(ctx, a.l.run, in)
		if err != nil {
			return first, err
		}
		if i == 0 {
			first = s.ID
		}
	}
	return first, nil
}

// hold draws who came into a segment since last month: a share of them is not contacted.
func (a *agenda) hold(ctx context.Context, segment id.ID) error {
	_, err := marketing.HoldControl.Run(ctx, a.l.run, marketing.HoldControlInput{SegmentID: segment, Share: heldShare})
	return err
}
