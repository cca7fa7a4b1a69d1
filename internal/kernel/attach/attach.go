// Package attach keeps documents with records: the receipt of a cost (MKT-3). A document is handed in, lies loose for a day at most, and is
// tied to a record by the operation that names it. Its bytes lie in the database, in pieces, so that a backup, a standby and `zhike check`
// carry them with the record. Nobody reads one but through its record.
package attach

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// Text holds the words of this package.
//
//go:embed text/*.toml
var Text embed.FS

// Limits of documents (TRU-20, TRU-23).
const (
	MostBytes  = 20 << 20 // of one
	MostFiles  = 10       // of a record
	mostLoose  = 20       // that somebody has handed in and tied to nothing
	pieceBytes = 1 << 20
	longName   = 100 // characters
)

// looseTime is how long a document waits to be tied to a record.
const looseTime = 24 * time.Hour

// Types are what documents may be, by their first bytes: scans, photographs, and what electronic invoices come packed in.
var Types = []string{"application/pdf", "image/png", "image/jpeg", "image/webp", "application/zip"}

// File is a document; Record is none until an operation has tied it.
type File struct {
	ID         id.ID     `json:"id" db:"id"`
	RecordKind string    `json:"-" db:"record_kind"`
	Record     id.ID     `json:"-" db:"record"`
	Name       string    `json:"name" db:"name"`
	Type       string    `json:"type" db:"type"`
	Size       int64     `json:"size" db:"size" doc:"bytes"`
	Digest     []byte    `json:"-" db:"digest"` // SHA-256
	Staff      id.ID     `json:"staff_id" db:"staff"`
	Received   bool      `json:"-" db:"received"` // all pieces are there
	FormKey    *string   `json:"-" db:"form_key"` // of the form or request that brought it, with what it is: one that is sent again brings the same document
	Created    time.Time `json:"created_at" db:"created_at"`
}

// TableName implements op.Record.
func (File) TableName() string { return "attachments" }

type piece struct {
	ID    id.ID  `db:"id"`
	File  id.ID  `db:"attachment"`
	No    int64  `db:"no"`
	Bytes []byte `db:"bytes"`
}

// TableName implements op.Record.
func (piece) TableName() string { return "attachment_pieces" }

// Resources lists the kinds of records; who may hand documents in has attachment:create.
func Resources() []policy.Resource {
	return []policy.Resource{{Name: "attachment", Table: "attachments", Owner: "staff"}}
}

// Receive keeps a document that is handed in, piece by piece as it comes. Refused, and nothing kept (TRU-20): document-empty, document-kind where its
// first bytes are those of none of Types, document-too-big beyond MostBytes, documents-loose.
func Receive(ctx context.Context, r *op.Runner, name string, in io.Reader) (File, error) {
	v, ok := op.ViewerOf(ctx)
	if !ok || !v.May("attachment:create") {
		return File{}, problem.Forbidden("attachment:create")
	}
	first, err := read(in)
	if err != nil {
		return File{}, err
	}
	f := File{Name: shownName(name), Type: http.DetectContentType(first), Staff: v.Staff}
	switch {
	case len(first) == 0:
		return File{}, refuse("document-empty", f.Name)
	case !slices.Contains(Types, f.Type):
		return File{}, refuse("document-kind", f.Name)
	}
	if err := f.begin(ctx, r); err != nil {
		return File{}, err
	}
	err = f.take(ctx, r, first, in)
	if err == nil {
		return f, nil
	}
	err = errors.Join(err, f.drop(context.WithoutCancel(ctx), r))
	if f.Received && db.Duplicate(err) {
		return f.earlier(ctx, r)
	}
	return File{}, err
}

// earlier is the document that the same form or request brought before (TRU-2).
func (f *File) earlier(ctx context.Context, r *op.Runner) (was File, err error) {
	err = r.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		return tx.Unscoped("what one has handed in oneself").Select(&was).Where("staff = ? AND form_key = ?", f.Staff, *f.FormKey).Scan(ctx)
	})
	if err != nil {
		return File{}, fmt.Errorf("read document that was handed in before: %w", err)
	}
	return was, nil
}

// begin makes the row; its pieces follow.
func (f *File) begin(ctx context.Context, r *op.Runner) error {
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		loose, err := op.OneOf[int64](ctx, tx.Unscoped("how many one has handed in oneself"), "SELECT COUNT(*) FROM attachments WHERE staff = ? AND record IS NULL", f.Staff)
		if err != nil {
			return fmt.Errorf("count loose documents: %w", err)
		}
		if loose >= mostLoose {
			return refuse("documents-loose", f.Name, "limit", mostLoose)
		}
		f.ID, f.Created, f.Digest = tx.NewID(), tx.Now, []byte{}
		return tx.Insert(ctx, *f)
	})
}

// take keeps the pieces, each in a transaction of its own: a slow line holds nobody up.
func (f *File) take(ctx context.Context, r *op.Runner, next []byte, in io.Reader) (err error) {
	h := sha256.New()
	for no := int64(0); len(next) > 0; no++ {
		if f.Size += int64(len(next)); f.Size > MostBytes {
			return refuse("document-too-big", f.Name, "limit", MostBytes>>20)
		}
		h.Write(next)
		err := r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
			return tx.Insert(ctx, piece{ID: tx.NewID(), File: f.ID, No: no, Bytes: next})
		})
		if err != nil {
			return fmt.Errorf("keep document: %w", err)
		}
		if next, err = read(in); err != nil {
			return err
		}
	}
	f.Digest, f.Received = h.Sum(nil), true
	if key := op.KeyOf(ctx); key != "" {
		key += " " + hex.EncodeToString(f.Digest) + " " + f.Name
		f.FormKey = &key
	}
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		return tx.Save(ctx, f, "size", "digest", "received", "form_key")
	})
}

func (f *File) drop(ctx context.Context, r *op.Runner) error {
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error { return remove(ctx, tx, []id.ID{f.ID}) })
}

func remove(ctx context.Context, tx *op.Tx, files []id.ID) error {
	for _, key := range files {
		if _, err := tx.Exec(ctx, "DELETE FROM attachment_pieces WHERE attachment = ?", key); err != nil {
			return fmt.Errorf("remove document: %w", err)
		}
		if _, err := tx.Exec(ctx, "DELETE FROM attachments WHERE id = ?", key); err != nil {
			return fmt.Errorf("remove document: %w", err)
		}
	}
	return nil
}

// Forget removes documents that were handed in and tied to nothing.
func Forget(ctx context.Context, tx *op.Tx) error {
	old, err := op.AllOf[id.ID](ctx, tx.Unscoped("the program removes what nobody tied to a record"), "SELECT id FROM attachments WHERE record IS NULL AND created_at < ?", tx.Now.Add(-looseTime))
	if err != nil {
		return fmt.Errorf("look for loose documents: %w", err)
	}
	return remove(ctx, tx, old)
}

// Tie ties documents that the viewer handed in to a record, in the transaction of the operation that names them at field. Refused: document-gone
// where one is not the viewer's, is tied already or was removed; documents-many.
func Tie(ctx context.Context, tx *op.Tx, field, kind string, record id.ID, files []id.ID) error {
	if len(files) == 0 {
		return nil
	}
	had, err := Of(ctx, tx, kind, []id.ID{record})
	if err != nil {
		return err
	}
	if len(had[record])+len(files) > MostFiles {
		return problem.Refuse("TRU-20", "invalid", problem.Field{Location: field, Code: "documents-many", Args: map[string]any{"limit": MostFiles}})
	}
	for _, key := range files {
		n, err := tx.Exec(ctx, "UPDATE attachments SET record_kind = ?, record = ? WHERE id = ? AND staff = ? AND received AND record IS NULL", kind, record, key, tx.Viewer.Staff)
		if err != nil {
			return fmt.Errorf("tie document: %w", err)
		}
		if n == 0 {
			return problem.Refuse("TRU-20", "invalid", problem.Field{Location: field, Code: "document-gone"})
		}
	}
	return nil
}

// Keep keeps what the program itself made with a record, in the transaction of the operation that makes it ready. It may be of any type.
func (f File) Keep(ctx context.Context, tx *op.Tx, body []byte) error {
	sum := sha256.Sum256(body)
	f.Size, f.Digest, f.Received, f.Created = int64(len(body)), sum[:], true, tx.Now
	if err := tx.Insert(ctx, f); err != nil {
		return err
	}
	no := int64(0)
	for next := range slices.Chunk(body, pieceBytes) {
		if err := tx.Insert(ctx, piece{ID: tx.NewID(), File: f.ID, No: no, Bytes: next}); err != nil {
			return fmt.Errorf("keep document: %w", err)
		}
		no++
	}
	return nil
}

// Remove removes documents of a record that the caller has read in scope.
func Remove(ctx context.Context, tx *op.Tx, files []File) error {
	keys := make([]id.ID, len(files))
	for i, f := range files {
		keys[i] = f.ID
	}
	return remove(ctx, tx, keys)
}

// Of gives the documents of records that the caller has read in scope, in the order in which they came.
func Of(ctx context.Context, tx *op.Tx, kind string, records []id.ID) (map[id.ID][]File, error) {
	var list []File
	if len(records) > 0 {
		sel := tx.Unscoped("of records that were read in scope").Select(&list).Where("record IN (?) AND record_kind = ?", records, kind).Order("record, id")
		if err := sel.Scan(ctx); err != nil {
			return nil, fmt.Errorf("read documents: %w", err)
		}
	}
	out := map[id.ID][]File{}
	for _, f := range list {
		out[f.Record] = append(out[f.Record], f)
	}
	return out, nil
}

// Loose names those documents of a list that the viewer has handed in and not tied yet: what a form that was refused still holds.
func Loose(ctx context.Context, tx *op.Tx, files []id.ID) (list []File, err error) {
	if len(files) == 0 {
		return nil, nil
	}
	sel := tx.Unscoped("those that one has handed in oneself").Select(&list).Where("id IN (?) AND staff = ? AND record IS NULL AND received", files, tx.Viewer.Staff).Order("id")
	if err := sel.Scan(ctx); err != nil {
		return nil, fmt.Errorf("read loose documents: %w", err)
	}
	return list, nil
}

// Copy writes the bytes of a document, a piece at a time.
func (f File) Copy(ctx context.Context, r *op.Runner, out io.Writer) error {
	for no := int64(0); no*pieceBytes < f.Size; no++ {
		var next []byte
		err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
			next, err = f.piece(ctx, tx, no)
			return err
		})
		if err != nil {
			return err
		}
		if _, err := out.Write(next); err != nil {
			return fmt.Errorf("send document: %w", err)
		}
	}
	return nil
}

// Bytes gives a document whole: for a caller that takes it in one answer.
func (f File) Bytes(ctx context.Context, tx *op.Tx) ([]byte, error) {
	out := make([]byte, 0, f.Size)
	for no := int64(0); no*pieceBytes < f.Size; no++ {
		next, err := f.piece(ctx, tx, no)
		if err != nil {
			return nil, err
		}
		out = append(out, next...)
	}
	return out, nil
}

func (f File) piece(ctx context.Context, tx *op.Tx, no int64) ([]byte, error) {
	b, err := op.OneOf[[]byte](ctx, tx.Unscoped("of a record that was read in scope"), "SELECT bytes FROM attachment_pieces WHERE attachment = ? AND no = ?", f.ID, no)
	if err != nil {
		return nil, fmt.Errorf("read document: %w", err)
	}
	return b, nil
}

// read gives the next piece; empty at the end.
func read(in io.Reader) ([]byte, error) {
	b := make([]byte, pieceBytes)
	n, err := io.ReadFull(in, b)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("receive document: %w", err)
	}
	return b[:n], nil
}

// shownName is the name of a file without its folders and without what cannot be printed, cut to longName from its beginning: the ending
// says what it is.
func shownName(name string) string {
	name = filepath.Base(strings.ReplaceAll("/"+name, "\\", "/"))
	list := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name))
	return string(list[max(0, len(list)-longName):])
}

func refuse(code, name string, args ...any) error {
	var bad problem.Invalid
	bad.Add("file", code, name, args...)
	return bad.Err("TRU-20")
}
