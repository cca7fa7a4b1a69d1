package db

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
)

// pool is a pool of connections with the statements that are kept prepared on it. A statement cannot be prepared while a
// transaction holds the writer's only connection, so a text that is met for the first time runs as it is, and is prepared
// after the transaction.
type pool struct {
	db      *sql.DB
	prepare bool // PostgreSQL's driver keeps its own

	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
}

const maxStatements = 2000 // texts differ by the shape of scopes and filters only; this is a bound, not a size

func newPool(db *sql.DB, prepare bool) *pool {
	return &pool{db: db, prepare: prepare, stmts: map[string]*sql.Stmt{}}
}

func (p *pool) get(text string) *sql.Stmt {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.stmts[text]
}

// learn prepares what a finished transaction met for the first time. A failure only means that the text runs unprepared again.
func (p *pool) learn(ctx context.Context, tx *Tx) {
	for _, text := range tx.met {
		p.mu.RLock()
		known := p.stmts[text] != nil || len(p.stmts) >= maxStatements
		p.mu.RUnlock()
		if known {
			continue
		}
		stmt, err := p.db.PrepareContext(context.WithoutCancel(ctx), stable(text)) //nolint:sqlclosecheck // kept until the pool is closed
		if err != nil {
			continue
		}
		p.mu.Lock()
		if p.stmts[text] == nil {
			p.stmts[text] = stmt
			stmt = nil
		}
		p.mu.Unlock()
		if stmt != nil {
			_ = stmt.Close()
		}
	}
}

// stable keeps SQLite from planning a statement anew at every run: it does so where it looks at a bound limit.
func stable(text string) string { return strings.ReplaceAll(text, "LIMIT ?", "LIMIT (0 + ?)") }

func (p *pool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, s := range p.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, p.db.Close())...)
}
