package rollout

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"os"
)

// seen remembers texts of earlier rows of a dry run in a file, so that memory stays flat however long the list is. It is a hash table
// of open addressing: a slot holds the hash of a key and a number; a key may have several.
type seen struct {
	seed  maphash.Seed
	table *os.File
	slots uint64 // a power of two
	used  uint64
	names *os.File // texts, one after another
	end   uint64
}

const (
	slotSize   = 16
	firstSlots = 1 << 16
	slotsRead  = 32 // at once
)

func newSeen() (*seen, error) {
	s := &seen{seed: maphash.MakeSeed(), slots: firstSlots}
	var err error
	if s.table, err = tempFile(); err != nil {
		return nil, err
	}
	if s.names, err = tempFile(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if err := s.table.Truncate(int64(s.slots * slotSize)); err != nil {
		return nil, errors.Join(fmt.Errorf("make memory of rows: %w", err), s.close())
	}
	return s, nil
}

// tempFile is a file without a name: it is gone with the process.
func tempFile() (*os.File, error) {
	f, err := os.CreateTemp("", "zhike-import-")
	if err != nil {
		return nil, fmt.Errorf("make memory of rows: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("make memory of rows: %w", err), f.Close())
	}
	return f, nil
}

func (s *seen) close() error {
	var errs []error
	for _, f := range []*os.File{s.table, s.names} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

func (s *seen) hash(space byte, key string) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	_ = h.WriteByte(space)
	_, _ = h.WriteString(key)
	return h.Sum64() | 1 // no slot of a key is empty
}

// numbers gives what was put under a key.
func (s *seen) numbers(hash uint64) (out []uint64, err error) {
	_, err = s.walk(hash, func(_, number uint64) { out = append(out, number) })
	return out, err
}

// walk visits the slots of a hash and gives the first empty one after them.
func (s *seen) walk(hash uint64, visit func(at, number uint64)) (empty uint64, err error) {
	var b [slotsRead * slotSize]byte
	for at := (hash >> 1) & (s.slots - 1); ; {
		n := min(slotsRead, s.slots-at)
		if _, err := s.table.ReadAt(b[:n*slotSize], int64(at*slotSize)); err != nil {
			return 0, fmt.Errorf("read memory of rows: %w", err)
		}
		for i := range n {
			h := binary.LittleEndian.Uint64(b[i*slotSize:])
			switch h {
			case 0:
				return at + i, nil
			case hash:
				visit(at+i, binary.LittleEndian.Uint64(b[i*slotSize+8:]))
			}
		}
		at = (at + n) & (s.slots - 1)
	}
}

// put adds a number under a key.
func (s *seen) put(hash, number uint64) error {
	if s.used*2 >= s.slots {
		if err := s.grow(); err != nil {
			return err
		}
	}
	at, err := s.walk(hash, func(uint64, uint64) {})
	if err != nil {
		return err
	}
	s.used++
	return s.write(s.table, at, hash, number)
}

func (s *seen) write(f *os.File, at, hash, number uint64) error {
	var b [slotSize]byte
	binary.LittleEndian.PutUint64(b[:], hash)
	binary.LittleEndian.PutUint64(b[8:], number)
	if _, err := f.WriteAt(b[:], int64(at*slotSize)); err != nil {
		return fmt.Errorf("write memory of rows: %w", err)
	}
	return nil
}

// grow makes a table of four times as many slots.
func (s *seen) grow() error {
	old, slots := s.table, s.slots
	var err error
	if s.table, err = tempFile(); err != nil {
		s.table = old
		return err
	}
	s.slots *= 4
	if err := s.table.Truncate(int64(s.slots * slotSize)); err != nil {
		return fmt.Errorf("grow memory of rows: %w", err)
	}
	b := make([]byte, 1<<16)
	for at := uint64(0); at < slots*slotSize; at += uint64(len(b)) {
		if _, err := old.ReadAt(b, int64(at)); err != nil {
			return fmt.Errorf("grow memory of rows: %w", err)
		}
		for i := 0; i < len(b); i += slotSize {
			h := binary.LittleEndian.Uint64(b[i:])
			if h == 0 {
				continue
			}
			to, err := s.walk(h, func(uint64, uint64) {})
			if err == nil {
				err = s.write(s.table, to, h, binary.LittleEndian.Uint64(b[i+8:]))
			}
			if err != nil {
				return err
			}
		}
	}
	return old.Close()
}

const (
	keySpace   = 'k'
	phoneSpace = 'p'
)

// key tells whether a key was seen, and whether with the same values, and remembers these; sum is the hash of the values.
func (s *seen) key(key string, sum uint64) (known, same bool, err error) {
	if s.used*2 >= s.slots {
		if err := s.grow(); err != nil {
			return false, false, err
		}
	}
	h := s.hash(keySpace, key)
	at := uint64(0)
	empty, err := s.walk(h, func(slot, number uint64) { at, known, same = slot, true, number == sum })
	switch {
	case err != nil || same:
		return known, same, err
	case !known:
		at = empty
		s.used++
	}
	return known, false, s.write(s.table, at, h, sum)
}

// Add remembers that somebody of a name has a phone; see people.Memory.
func (s *seen) Add(phone, name string) error {
	at := s.end
	b := binary.AppendUvarint(nil, uint64(len(name)))
	b = append(b, name...)
	if _, err := s.names.WriteAt(b, int64(at)); err != nil {
		return fmt.Errorf("write memory of rows: %w", err)
	}
	s.end += uint64(len(b))
	return s.put(s.hash(phoneSpace, phone), at)
}

// Names gives the names of those who have a phone.
func (s *seen) Names(phone string) (out []string, err error) {
	list, err := s.numbers(s.hash(phoneSpace, phone))
	if err != nil {
		return nil, err
	}
	for _, at := range list {
		var head [binary.MaxVarintLen32]byte
		n, err := s.names.ReadAt(head[:min(uint64(len(head)), s.end-at)], int64(at))
		if err != nil {
			return nil, fmt.Errorf("read memory of rows: %w", err)
		}
		size, width := binary.Uvarint(head[:n])
		if width <= 0 || size > longestValue*4 {
			return nil, errors.New("read memory of rows: it is damaged")
		}
		name := make([]byte, size)
		if _, err := s.names.ReadAt(name, int64(at)+int64(width)); err != nil {
			return nil, fmt.Errorf("read memory of rows: %w", err)
		}
		out = append(out, string(name))
	}
	return out, nil
}
