package insight

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
)

// A part holds the paths of the enquiries entered in the same 32 days whose ids end alike: neither ever changes.
const (
	pathShift = 5
	pathSpan  = 1 << pathShift
	pathParts = 8
)

// spanOf is the span of a day, also of one before 1970.
func spanOf(day bizdate.Date) int64 { return int64(day) >> pathShift }

// pathPart is a part as it is kept.
type pathPart struct {
	Span int64        `db:"span"`
	Part int64        `db:"part"`
	Body sql.RawBytes `db:"body"` // holds while its row is read
}

type partKey struct{ span, part int64 }

func (p *path) key() partKey {
	return partKey{spanOf(p.day), int64(p.enquiry[len(p.enquiry)-1] % pathParts)}
}

// packPaths writes a body: the number of distinct dimension ids and these, then each path: enquiry, places of its dimensions among
// them, day within the span, a byte of flags, the times and days of the steps that it reached, and the days of its contracts from the entry.
func packPaths(list []path) []byte {
	places, ids := map[id.ID]uint64{}, []id.ID{}
	for _, p := range list {
		for i := range p.place {
			d := p.dim(i)
			if _, known := places[d]; !known {
				places[d] = uint64(len(ids))
				ids = append(ids, d)
			}
		}
	}
	b := binary.AppendUvarint(nil, uint64(len(ids)))
	for _, d := range ids {
		b = append(b, d[:]...)
	}
	for _, p := range list {
		b = append(b, p.enquiry[:]...)
		for i := range p.place {
			b = binary.AppendUvarint(b, places[p.dim(i)])
		}
		b = append(binary.AppendUvarint(b, uint64(p.day&(pathSpan-1))), p.flags())
		for step, reached := range p.reached {
			if reached {
				b = binary.AppendVarint(b, p.after[step])
				b = binary.AppendVarint(b, int64(p.on[step]-p.day))
			}
		}
		b = binary.AppendUvarint(b, uint64(len(p.signed)))
		for _, day := range p.signed {
			b = binary.AppendVarint(b, int64(day-p.day))
		}
	}
	return b
}

// flags are: of kind new or return, the steps reached, and of kind return.
func (p *path) flags() (f byte) {
	if p.fresh {
		f = 1
	}
	for step, reached := range p.reached {
		if reached {
			f |= 2 << step
		}
	}
	if p.back {
		f |= 2 << pathSteps
	}
	return f
}

var errPathPart = errors.New("kept paths cannot be read")

// pathReader reads a body from its beginning. It counts where it is, since cutting the rest anew each time costs twice as much.
type pathReader struct {
	body []byte
	at   int
	bad  bool
}

// id reads an id.
func (r *pathReader) id() (out id.ID) {
	if end := r.at + len(out); end <= len(r.body) {
		out = id.ID(r.body[r.at:end])
		r.at = end
	} else {
		r.bad, r.at = true, len(r.body)
	}
	return out
}

// uvarint reads a number; most take one byte.
func (r *pathReader) uvarint() uint64 {
	if r.at < len(r.body) && r.body[r.at] < 1<<7 {
		r.at++
		return uint64(r.body[r.at-1])
	}
	return r.long()
}

func (r *pathReader) long() uint64 {
	v, n := binary.Uvarint(r.body[r.at:])
	if n <= 0 {
		r.bad, r.at = true, len(r.body)
		return 0
	}
	r.at += n
	return v
}

// varint undoes what binary.AppendVarint does to a signed number.
func (r *pathReader) varint() int64 {
	v := r.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

// each reads the paths of a part one after the other, into the same one.
func (p *pathPart) each(do func(*path)) error {
	r := pathReader{body: p.Body}
	at := path{known: make([]id.ID, min(r.uvarint(), uint64(len(p.Body))/uint64(len(id.None))))}
	for i := range at.known {
		at.known[i] = r.id()
	}
	for !r.bad && r.at < len(r.body) {
		r.path(&at, bizdate.Date(p.Span<<pathShift))
		if !r.bad {
			do(&at)
		}
	}
	if r.bad {
		return fmt.Errorf("%w: span %d, part %d", errPathPart, p.Span, p.Part)
	}
	return nil
}

func (r *pathReader) path(at *path, first bizdate.Date) {
	at.enquiry = r.id()
	for i := range at.place {
		at.place[i] = int(r.uvarint())
		if r.bad = r.bad || uint(at.place[i]) >= uint(len(at.known)); r.bad {
			return
		}
	}
	at.day = first + bizdate.Date(r.uvarint()%pathSpan)
	if r.bad = r.bad || r.at >= len(r.body); r.bad {
		return
	}
	flags := r.body[r.at]
	r.at++
	at.fresh, at.back = flags&1 != 0, flags&(2<<pathSteps) != 0
	for step := range at.reached {
		at.reached[step], at.after[step], at.on[step] = flags&(2<<step) != 0, 0, 0
		if at.reached[step] {
			at.after[step] = r.varint()
			at.on[step] = at.day + bizdate.Date(r.varint())
		}
	}
	at.signed = at.signed[:0]
	for n := r.uvarint(); n > 0 && !r.bad; n-- {
		at.signed = append(at.signed, at.day+bizdate.Date(r.varint()))
	}
}
