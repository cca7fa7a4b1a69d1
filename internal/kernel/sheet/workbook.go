package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
)

const maxSmallPart = 16 << 20 // bytes of a part that is no list: workbook, styles, relations

// workbook is an Excel workbook (ECMA-376), read straight from its packed parts. The rows that the library of Writer
// streams come without their styles, so that a date cannot be told from a number, and bound neither cell nor row.
type workbook struct {
	parts   map[string]*zip.File // by name, small letters
	main    string               // name of the workbook part
	sheet   string               // of the first visible sheet
	shared  string               // of the texts, "" where there is none
	styles  string
	era1904 bool // days are counted from 1904
}

// openWorkbook checks the directory before anything is unpacked, and opens the first visible sheet.
// Refused: sheet-too-big, sheet-bomb, sheet-unknown-format, sheet-unreadable.
func openWorkbook(in io.ReaderAt, size int64, opts Options) (source, error) {
	files, err := directory(in, size, opts.Limits)
	if err != nil {
		return nil, err
	}
	w := &workbook{parts: map[string]*zip.File{}}
	for _, f := range files {
		name := partName(f.Name)
		if _, ok := w.parts[name]; !ok {
			w.parts[name] = f
		}
	}
	if err := w.find(); err != nil {
		return nil, err
	}
	return w.open(opts)
}

func partName(s string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(s, "\\", "/"), "/"))
}

// directory lists the parts of a zip file, and refuses one that would unpack to too much. The number of entries is counted
// before the directory is read, as the reader believes the file and makes a record for each.
func directory(in io.ReaderAt, size int64, limits Limits) ([]*zip.File, error) {
	if size > limits.Packed {
		return nil, refuse("sheet-too-big")
	}
	entries, err := countEntries(io.NewSectionReader(in, 0, size))
	if err != nil {
		return nil, err
	}
	if entries > 2*limits.Parts {
		return nil, refuse("sheet-bomb")
	}
	z, err := zip.NewReader(in, size)
	if err != nil {
		return nil, err
	}
	if len(z.File) > limits.Parts {
		return nil, refuse("sheet-bomb")
	}
	total := uint64(0)
	for _, f := range z.File {
		total += f.UncompressedSize64
		switch {
		case f.UncompressedSize64 > uint64(limits.Unpacked), total > uint64(limits.Unpacked):
			return nil, refuse("sheet-bomb")
		case f.UncompressedSize64 > ratioFrom && f.UncompressedSize64/maxRatio > f.CompressedSize64, total > ratioFrom && total/maxRatio > uint64(size):
			return nil, refuse("sheet-bomb")
		case f.Flags&1 != 0: // encrypted
			return nil, refuse("sheet-unknown-format")
		}
	}
	return z.File, nil
}

// countEntries counts what looks like an entry of the directory.
func countEntries(in io.Reader) (n int, err error) {
	signature := []byte("PK\x01\x02")
	buf := make([]byte, 256<<10)
	kept := 0
	for {
		read, err := io.ReadFull(in, buf[kept:])
		data := buf[:kept+read]
		n += bytes.Count(data, signature)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
		kept = copy(buf, data[len(data)-len(signature)+1:])
	}
}

// find follows the relations from the package to the workbook and from there to the first visible sheet.
func (w *workbook) find() error {
	top, err := w.relations("")
	if err != nil {
		return err
	}
	w.main = top.byKind["/officedocument"]
	if w.parts[w.main] == nil {
		return refuse("sheet-unknown-format")
	}
	rels, err := w.relations(w.main)
	if err != nil {
		return err
	}
	w.shared, w.styles = rels.byKind["/sharedstrings"], rels.byKind["/styles"]
	return w.readMain(rels)
}

type relations struct {
	byKind   map[string]string // the end of the type's address, small letters, to the part; the first one
	byID     map[string]string
	kindByID map[string]string
}

// relations reads the relations of a part, "" is the package.
func (w *workbook) relations(of string) (relations, error) {
	rels := relations{map[string]string{}, map[string]string{}, map[string]string{}}
	dir, base := path.Split(of)
	name := dir + "_rels/" + base + ".rels"
	if w.parts[name] == nil {
		return rels, refuse("sheet-unknown-format")
	}
	x, err := w.small(name)
	if err != nil {
		return rels, err
	}
	defer x.close()
	for {
		el, err := x.element()
		if errors.Is(err, io.EOF) {
			return rels, nil
		}
		if err != nil {
			return rels, err
		}
		if !el.start || el.name != "Relationship" {
			continue
		}
		target := el.attr("Target")
		if !strings.HasPrefix(target, "/") {
			target = dir + target
		}
		target = partName(path.Clean(target))
		kind := strings.ToLower(el.attr("Type"))
		kind = kind[max(0, strings.LastIndexByte(kind, '/')):]
		if _, ok := rels.byKind[kind]; !ok {
			rels.byKind[kind] = target
		}
		rels.byID[el.attr("Id")], rels.kindByID[el.attr("Id")] = target, kind
	}
}

// readMain finds the first sheet that is a table and not hidden; where all are hidden, the first.
func (w *workbook) readMain(rels relations) error {
	x, err := w.small(w.main)
	if err != nil {
		return err
	}
	defer x.close()
	for {
		el, err := x.element()
		switch {
		case errors.Is(err, io.EOF), err == nil && !el.start && el.name == "sheets":
			if w.parts[w.sheet] == nil {
				return refuse("sheet-unknown-format")
			}
			return nil
		case err != nil:
			return err
		case !el.start:
		case el.name == "workbookPr":
			w.era1904 = el.attr("date1904") == "1" || el.attr("date1904") == "true"
		case el.name == "sheet" && rels.kindByID[el.attr("id")] == "/worksheet":
			visible := el.attr("state") == "" || el.attr("state") == "visible"
			if w.sheet == "" || visible {
				w.sheet = rels.byID[el.attr("id")]
			}
			if visible && w.parts[w.sheet] != nil {
				return nil
			}
		}
	}
}

// small opens a part that cannot be big in an honest workbook.
func (w *workbook) small(name string) (*xmlReader, error) {
	if f := w.parts[name]; f != nil && f.UncompressedSize64 > maxSmallPart {
		return nil, refuse("sheet-bomb")
	}
	return w.part(name)
}

func (w *workbook) part(name string) (*xmlReader, error) {
	f := w.parts[name]
	if f == nil {
		return nil, refuse("sheet-unreadable")
	}
	in, err := f.Open()
	if err != nil {
		return nil, err
	}
	return newXML(in), nil
}

func (w *workbook) open(opts Options) (source, error) {
	rows := &sheetSource{total: int64(w.parts[w.sheet].UncompressedSize64), era1904: w.era1904, texts: &texts{dir: opts.TempDir}}
	if w.parts[w.styles] != nil {
		x, err := w.small(w.styles)
		if err != nil {
			return nil, err
		}
		rows.formats, err = readFormats(x)
		x.close()
		if err != nil {
			return nil, err
		}
	}
	if w.parts[w.shared] != nil {
		x, err := w.part(w.shared)
		if err != nil {
			return nil, err
		}
		err = rows.texts.read(x)
		x.close()
		if err != nil {
			return nil, errors.Join(err, rows.texts.close())
		}
	}
	x, err := w.part(w.sheet)
	if err != nil {
		return nil, errors.Join(err, rows.texts.close())
	}
	rows.in = x
	return rows, nil
}
