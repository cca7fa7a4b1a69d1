package sales

import "zhike/internal/kernel/op"

// Operations lists this domain's operations.
func Operations() []op.Any {
	return []op.Any{Enter, Assign, Lose, ReopenEnquiry, Book, Confirm, Move, Cancel, Miss, RestoreAppointment, CheckIn, WithdrawCheckIn, WalkIn, FinishVisit, MakeQuote, DraftContract, SetRule, NoteBreach, Escalate, SetLadderStep, UpdateImported, MergeLead}
}
