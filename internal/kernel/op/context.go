package op

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

type (
	viewerKey struct{}
	keyKey    struct{}
	runKey    struct{}
	batchKey  struct{}
)

// WithViewer says who asks.
func WithViewer(ctx context.Context, v *policy.Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// ViewerOf gives who asks, if anybody is known.
func ViewerOf(ctx context.Context) (*policy.Viewer, bool) {
	v, ok := ctx.Value(viewerKey{}).(*policy.Viewer)
	return v, ok
}

func viewer(ctx context.Context) (*policy.Viewer, error) {
	if v, ok := ViewerOf(ctx); ok {
		return v, nil
	}
	return nil, problem.Unauthorized("unauthorized")
}

// WithKey gives the idempotency key of the next operation (TRU-2): at most 100 characters.
func WithKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, keyKey{}, key)
}

// KeyOf is the idempotency key of ctx; empty without one.
func KeyOf(ctx context.Context) string {
	k, _ := ctx.Value(keyKey{}).(string)
	return k
}

// WithRun says that what follows belongs to a bulk run.
func WithRun(ctx context.Context, run id.ID) context.Context {
	return context.WithValue(ctx, runKey{}, run)
}

func runOf(ctx context.Context) id.ID {
	v, _ := ctx.Value(runKey{}).(id.ID)
	return v
}

// DecodeJSON reads an operation's input; what cannot be read, or is not known, is a problem.
func DecodeJSON[T any](b []byte) (v T, err error) {
	if len(bytes.TrimSpace(b)) == 0 {
		b = []byte("{}")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		f := problem.Field{Location: "body", Code: "bad-json", Args: map[string]any{"cause": err.Error()}}
		if te, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			f = problem.Field{Location: te.Field, Code: "bad-type", Value: te.Value}
		}
		return v, problem.Refuse("", "invalid", f)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return v, problem.Refuse("", "invalid", problem.Field{Location: "body", Code: "bad-json"})
	}
	return v, nil
}
