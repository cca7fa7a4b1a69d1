package finance

import (
	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
)

// lineBooks is what the journal says about a contract line before an event.
type lineBooks struct {
	Line       id.ID     `db:"line"`
	Receivable money.Fen `db:"receivable"` // consumed and not yet paid
	Deferred   money.Fen `db:"deferred"`   // paid and not yet consumed
}

// postTakenLines gives the postings of a payment (FIN-4): cash / customer balance; of what is allocated, customer balance / the line:
// first its receivable, the rest deferred revenue. They sum to zero.
func postTakenLines(p facts.Pay, books map[id.ID]lineBooks) []JournalLine {
	lines := []JournalLine{
		{Account: CashAccount(p.Method), Amount: p.Amount},
		{Account: CustomerBalance, Person: p.Person, Amount: -p.Amount},
	}
	order, byLine, total := perLine(p.Allocations)
	if total == 0 {
		return lines
	}
	lines = append(lines, JournalLine{Account: CustomerBalance, Person: p.Person, Contract: p.Contract, Amount: total})
	for _, line := range order {
		cleared := min(byLine[line], max(books[line].Receivable, 0))
		lines = append(lines, split(p, line, Receivable, -cleared, DeferredRevenue, cleared-byLine[line])...)
	}
	return lines
}

// postReversedLines mirrors them (FIN-2): of each line first what is still deferred, the rest is owed again.
func postReversedLines(p facts.Pay, books map[id.ID]lineBooks) []JournalLine {
	var lines []JournalLine
	order, byLine, total := perLine(p.Allocations)
	for _, line := range order {
		deferred := min(byLine[line], max(books[line].Deferred, 0))
		lines = append(lines, split(p, line, DeferredRevenue, deferred, Receivable, byLine[line]-deferred)...)
	}
	if total != 0 {
		lines = append(lines, JournalLine{Account: CustomerBalance, Person: p.Person, Contract: p.Contract, Amount: -total})
	}
	return append(lines,
		JournalLine{Account: CustomerBalance, Person: p.Person, Amount: p.Amount},
		JournalLine{Account: CashAccount(p.Method), Amount: -p.Amount},
	)
}

// perLine sums allocations by line, in the order in which the lines appear.
func perLine(list []facts.Allocated) (order []id.ID, sums map[id.ID]money.Fen, total money.Fen) {
	sums = map[id.ID]money.Fen{}
	for _, a := range list {
		if _, met := sums[a.Line]; !met {
			order = append(order, a.Line)
		}
		sums[a.Line] += a.Amount
		total += a.Amount
	}
	return order, sums, total
}

// split posts two amounts to two accounts of a contract line, leaving out zeros.
func split(p facts.Pay, line id.ID, one string, first money.Fen, two string, second money.Fen) []JournalLine {
	var out []JournalLine
	for _, post := range []struct {
		account string
		amount  money.Fen
	}{{one, first}, {two, second}} {
		if post.amount != 0 {
			out = append(out, JournalLine{Account: post.account, Person: p.Person, Contract: p.Contract, Line: line, Amount: post.amount})
		}
	}
	return out
}
