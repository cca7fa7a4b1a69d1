package attach

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"

	"zhike/internal/kernel/check"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Checks lists the invariant of documents (TRU-8): the pieces of each are the bytes that were handed in.
func Checks() []check.Check {
	return []check.Check{{Name: "attach.whole", Rule: "TRU-20", Run: whole}}
}

func whole(ctx context.Context, tx *op.Tx) (found []string, err error) {
	var list []File
	if err := tx.Unscoped("a check reads all").Select(&list).Where("received").Order("id").Limit(check.AtMost).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	for _, f := range list {
		size, digest, err := f.sum(ctx, tx)
		if err != nil {
			return nil, err
		}
		if size != f.Size || !bytes.Equal(digest, f.Digest) {
			found = append(found, fmt.Sprintf("document %s of %s %s: %d of %d bytes, or others than were handed in", f.ID, f.RecordKind, f.Record, size, f.Size))
		}
	}
	return found, nil
}

// sum reads a document's pieces one after another.
func (f File) sum(ctx context.Context, tx *op.Tx) (size int64, digest []byte, err error) {
	keys, err := op.AllOf[id.ID](ctx, tx.Unscoped("a check reads all"), "SELECT id FROM attachment_pieces WHERE attachment = ? ORDER BY no", f.ID)
	if err != nil {
		return 0, nil, fmt.Errorf("read document: %w", err)
	}
	h := sha256.New()
	for _, key := range keys {
		b, err := op.OneOf[[]byte](ctx, tx.Unscoped("a check reads all"), "SELECT bytes FROM attachment_pieces WHERE id = ?", key)
		if err != nil {
			return 0, nil, fmt.Errorf("read document: %w", err)
		}
		size += int64(len(b))
		h.Write(b)
	}
	return size, h.Sum(nil), nil
}
