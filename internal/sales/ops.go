package sales

import "zhike/internal/kernel/op"

// Operations lists this domain's operations.
func Operations() []op.Any {
	return []op.Any{Enter, Assign, Lose, Book, Confirm, Move, Cancel, Miss, CheckIn, WalkIn, FinishVisit, MakeQuote, DraftContract, SetRule, NoteBreach, UpdateImported, MergeLead}
}
