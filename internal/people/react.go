package people

import (
	"slices"

	"zhike/internal/kernel/op"
)

// Reactions lists what people does about facts: links say who sees a person (ORG-3), and old values lie beside their event.
func Reactions() []op.Reaction {
	return slices.Concat([]op.Reaction{op.On(keepBefore)}, salesReactions(), moneyReactions(), processReactions())
}
