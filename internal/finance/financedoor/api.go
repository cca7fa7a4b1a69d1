package financedoor

import (
	"context"

	"zhike/internal/api"
	"zhike/internal/finance"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
)

// API registers payments and the books.
func API(a *api.API) {
	api.Get(a, "/payments", "finance.payments", "payment:read", payments)
	api.Get(a, "/payments/{id}", "finance.payment", "payment:read", func(ctx context.Context, tx *op.Tx, q paymentID) (finance.PaymentView, error) {
		return finance.PaymentByID(ctx, tx, q.ID)
	})
	api.Post(a, "/payments", finance.TakePayment)
	api.Post(a, "/payments/{id}/reverse", finance.ReversePayment)
	api.Whole(a, "/trial-balance", "finance.trial-balance", "journal:read", func(ctx context.Context, tx *op.Tx, q trialQuery) ([]finance.TrialLine, error) {
		return finance.TrialBalance(ctx, tx, finance.TrialFilter{Center: q.CenterID, From: q.From, Until: q.Until})
	})
}

type paymentID struct {
	ID id.ID `path:"id" json:"payment_id"`
}

type paymentsQuery struct {
	api.Paging
	CenterID     id.ID        `query:"center_id"`
	PersonID     id.ID        `query:"person_id"`
	ContractID   id.ID        `query:"contract_id"`
	ConsultantID id.ID        `query:"consultant_id" doc:"of the contract"`
	ChannelID    id.ID        `query:"channel_id" doc:"of the contract"`
	CashierID    id.ID        `query:"cashier_id"`
	Method       string       `query:"method" enum:"cash,card,bank,wechat,alipay,other"`
	Kinds        []string     `query:"kind" doc:"of the contract, separated by commas; none: without a contract"`
	From         bizdate.Date `query:"from"`
	Until        bizdate.Date `query:"to"`
	No           string       `query:"no" maxLength:"40" doc:"beginning of the receipt number"`
}

type trialQuery struct {
	api.Paging
	CenterID id.ID        `query:"center_id"`
	From     bizdate.Date `query:"from"`
	Until    bizdate.Date `query:"to"`
}

// PaymentsPage is a page of payments with the sum of all that were chosen, reversals taken off.
type PaymentsPage struct {
	api.Page[finance.Payment]
	Sum money.Fen `json:"sum_fen"`
}

func payments(ctx context.Context, tx *op.Tx, q paymentsQuery) (out PaymentsPage, err error) {
	f := finance.PaymentFilter{
		Center: q.CenterID, Person: q.PersonID, Contract: q.ContractID, Consultant: q.ConsultantID, Channel: q.ChannelID, Cashier: q.CashierID, Method: q.Method,
		Kinds: q.Kinds, From: q.From, Until: q.Until, No: q.No, Request: q.Request(),
	}
	if q.Q != "" {
		if f.Persons, err = found(ctx, tx, q.Q, mostFound); err != nil {
			return out, err
		}
		if f.No == "" {
			f.No = q.Q
		}
	}
	list, err := finance.Payments(ctx, tx, f)
	return PaymentsPage{Page: api.PageOf(list.Items, list.Next, list.Total), Sum: list.Sum}, err
}
