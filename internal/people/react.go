package people

import (
	"context"
	"slices"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/op"
)

// Reactions lists what people does about facts: links say who sees a person (ORG-3), and old values lie beside their event.
func Reactions() []op.Reaction {
	return slices.Concat([]op.Reaction{op.On(changed), op.On(organizationChanged)}, salesReactions(), moneyReactions(), processReactions())
}

func changed(ctx context.Context, tx *op.Tx, f facts.PersonChanged, e event.Event) error {
	return keepBefore(ctx, tx, f.Person, f.Before, e)
}

func organizationChanged(ctx context.Context, tx *op.Tx, f facts.OrganizationChanged, e event.Event) error {
	return keepBefore(ctx, tx, f.Organization, f.Before, e)
}
