package sales

import "zhike/internal/kernel/op"

// Operations lists this domain's operations.
func Operations() []op.Any {
	return []op.Any{Enter, AddLead, ChangeEnquiry, Assign, WithdrawAssignment, Lose, ReopenEnquiry, ReturnToPool, PoolFormer, ViewPoolEntry, Claim, WithdrawClaim, Book, Confirm, Move, Cancel, Miss, WithdrawAppointment, RestoreAppointment, CheckIn, WithdrawCheckIn, WalkIn, BeginReception, WithdrawReception, FinishVisit, ReopenVisit, MakeQuote, DraftContract, RegisterPromotion, ChangePromotion, StartPromotion, StopPromotion, FollowMerge, EarnReward, BookReward, ReverseReward, SetRule, NoteBreach, Escalate, SetLadderStep, UpdateImported, MergeLead, TrainScores, KeepScores, EnterSubmission, SetTargets, WritePlaybook, NoteGuidance}
}
