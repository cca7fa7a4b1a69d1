package marketingdoor

import (
	"context"
	"net/http"

	"zhike/internal/api"
	"zhike/internal/insight"
	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/marketing"
	"zhike/internal/people"
)

func apiSegments(a *api.API) {
	api.List(a, "/segments", "marketing.segments", "segment:read", func(ctx context.Context, tx *op.Tx, q segmentsQuery) (page.Page[marketing.Segment], error) {
		return marketing.Segments(ctx, tx, marketing.SegmentFilter{Active: q.active()}, q.Request())
	})
	api.Get(a, "/segments/{id}", "marketing.segment", "segment:read", func(ctx context.Context, tx *op.Tx, q segmentID) (marketing.Segment, error) {
		return marketing.SegmentByID(ctx, tx, q.ID)
	})
	api.Post(a, "/segments", marketing.SetSegment)
	api.Whole(a, "/segment-fields", "marketing.segment-fields", "segment-member:read", segmentFields)
	api.Call(a, http.MethodPost, "/segments/count", "marketing.count-conditions", func(r *http.Request, in conditionsInput) (out conditionsCount, err error) {
		err = a.Ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
			out.Count, err = marketing.CountConditions(ctx, tx, in.Conditions)
			return err
		})
		return out, err
	}, api.Keyless())
	api.Get(a, "/segments/{id}/count", "marketing.segment-count", "segment-member:read", func(ctx context.Context, tx *op.Tx, q segmentID) (out marketing.SegmentCounts, err error) {
		s, err := marketing.SegmentByID(ctx, tx, q.ID)
		if err != nil {
			return out, err
		}
		return marketing.CountSegment(ctx, tx, s)
	})
	api.List(a, "/segments/{id}/members", "marketing.segment-members", "segment-member:read", func(ctx context.Context, tx *op.Tx, q membersQuery) (out page.Page[SegmentMember], err error) {
		s, err := marketing.SegmentByID(ctx, tx, q.ID)
		if err != nil {
			return out, err
		}
		return segmentMembers(ctx, tx, s, side{q.Side, people.Use{Purpose: q.Purpose, Channel: q.Channel}}, q.Request())
	})
	api.Post(a, "/segments/{id}/control", marketing.HoldControl)
	api.PostWith(a, "/segments/{id}/export", marketing.ExportSegment, exportFile)
	api.Get(a, "/segments/{id}/effect", "marketing.segment-effect", "report:read", func(ctx context.Context, tx *op.Tx, q segmentID) (out insight.SegmentEffect, err error) {
		s, err := marketing.SegmentByID(ctx, tx, q.ID)
		if err != nil {
			return out, err
		}
		return insight.EffectOf(ctx, tx, s.ID)
	})
}

type segmentID struct {
	ID id.ID `path:"id" json:"segment_id"`
}

type segmentsQuery struct {
	api.Paging
	State string `query:"state" enum:"active,closed" doc:"all if left out"`
}

func (q segmentsQuery) active() *bool {
	switch q.State {
	case "active":
		return new(true)
	case "closed":
		return new(false)
	}
	return nil
}

type membersQuery struct {
	api.Paging
	ID      id.ID  `path:"id" json:"segment_id"`
	Side    string `query:"side" enum:"contacted,control,left-out" doc:"contacted: without the control group; left-out: of them who did not agree to the purpose by the channel, with why (PPL-9); everybody if left out"`
	Purpose string `query:"purpose" enum:"marketing,survey" doc:"of left-out"`
	Channel string `query:"channel" enum:"sms,call,email,wechat" doc:"of left-out"`
}

type conditionsInput struct {
	Conditions []condition.Row `json:"conditions" maxItems:"100"`
}

type conditionsCount struct {
	Count int64 `json:"count"`
}

// SegmentField is something that conditions may ask about.
type SegmentField struct {
	Code        string   `json:"code"`
	Name        string   `json:"name"`
	Part        string   `json:"part" enum:"person,enquiry,contract"`
	Kind        string   `json:"kind" enum:"choice,text,number,scaled,years,day,moment,yes-no"`
	Comparisons []string `json:"comparisons" nullable:"false"`
	Values      []string `json:"values" nullable:"false" doc:"of a choice: what it may be"`
}

func segmentFields(ctx context.Context, tx *op.Tx, _ api.Paging) ([]SegmentField, error) {
	list, err := condition.Of(tx).Fields(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := make([]SegmentField, len(list))
	for i, f := range list {
		out[i] = SegmentField{Code: f.Code, Name: fieldName(ctx, f), Part: f.Part, Kind: string(f.Kind), Comparisons: f.Kind.Comparisons(), Values: []string{}}
		if f.Options == nil {
			continue
		}
		options, err := f.Options(ctx, tx)
		if err != nil {
			return nil, err
		}
		for _, o := range options {
			out[i].Values = append(out[i].Values, o.Value)
		}
	}
	return out, nil
}
