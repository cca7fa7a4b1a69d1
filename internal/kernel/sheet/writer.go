package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/money"
)

// Format is a kind of file that is written; its value is the ending of the file's name.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// ContentType is the media type of the format.
func (f Format) ContentType() string {
	if f == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// Writer writes a table row by row.
type Writer interface {
	// Row writes one row. Texts, numbers, money.Fen, hours.Centi, bizdate.Date, time.Time (as the clock of its zone
	// shows it), booleans and nil are written by their kind, all else as its text.
	Row(cells ...any) error
	// Close ends the table. The writer underneath stays open.
	Close() error
}

// NewWriter starts a table. CSV is UTF-8 with the mark that Excel needs, and texts that a spreadsheet would take for a
// formula are neutralized (TRU-20); an XLSX cell has its kind, a text in it is never a formula.
func NewWriter(f Format, w io.Writer) (Writer, error) {
	switch f {
	case CSV:
		out := bufio.NewWriterSize(w, window)
		if _, err := out.Write(bomUTF8); err != nil {
			return nil, fmt.Errorf("write table: %w", err)
		}
		return &csvWriter{out: out, csv: csv.NewWriter(out)}, nil
	case XLSX:
		return newBookWriter(w)
	default:
		return nil, fmt.Errorf("write table: unknown format %q", f)
	}
}

// AppendCSV goes on with a CSV that NewWriter began.
func AppendCSV(w io.Writer) Writer {
	out := bufio.NewWriterSize(w, window)
	return &csvWriter{out: out, csv: csv.NewWriter(out)}
}

// guard stands before a text that would be taken for a formula.
const guard = "'"

// isFormula tells of a text that spreadsheets may run: it begins with = + - @, their full-width forms, a tab or a line
// break. Guards before these do not count, so that a text that has one of its own is read back as it was.
func isFormula(s string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, guard))
	switch r {
	case '=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n':
		return true
	}
	return false
}

type csvWriter struct {
	out   *bufio.Writer
	csv   *csv.Writer
	cells []string
}

// Row implements Writer.
func (w *csvWriter) Row(cells ...any) error {
	w.cells = w.cells[:0]
	for _, c := range cells {
		text, isText := plain(c)
		if isText && isFormula(text) {
			text = guard + text
		}
		w.cells = append(w.cells, text)
	}
	if err := w.csv.Write(w.cells); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

// Close implements Writer.
func (w *csvWriter) Close() error {
	w.csv.Flush()
	if err := errors.Join(w.csv.Error(), w.out.Flush()); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

// plain gives a cell as text; isText tells that somebody wrote it, so that it may be anything.
func plain(cell any) (text string, isText bool) {
	switch v := cell.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case int:
		return strconv.Itoa(v), false
	case int64:
		return strconv.FormatInt(v, 10), false
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), false
	case bool:
		return strings.ToUpper(strconv.FormatBool(v)), false
	case money.Fen:
		return v.String(), false
	case hours.Centi:
		return v.String(), false
	case bizdate.Date:
		if v.IsZero() {
			return "", false
		}
		return v.String(), false
	case time.Time:
		if v.IsZero() {
			return "", false
		}
		return v.Format(time.DateTime), false
	default:
		return fmt.Sprint(v), true
	}
}

// bookWriter writes the one sheet of a workbook; rows beyond a few megabytes lie in a file until it is closed.
type bookWriter struct {
	out                io.Writer
	book               *excelize.File
	rows               *excelize.StreamWriter
	row                int
	decimal, day, time int // styles
}

func newBookWriter(w io.Writer) (*bookWriter, error) {
	b := &bookWriter{out: w, book: excelize.NewFile()}
	var err error
	if b.rows, err = b.book.NewStreamWriter(b.book.GetSheetName(0)); err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	for _, style := range []struct {
		number *int
		code   string
	}{{&b.decimal, "0.00"}, {&b.day, "yyyy-mm-dd"}, {&b.time, "yyyy-mm-dd hh:mm:ss"}} {
		if *style.number, err = b.book.NewStyle(&excelize.Style{CustomNumFmt: &style.code}); err != nil {
			return nil, fmt.Errorf("write workbook: %w", err)
		}
	}
	return b, nil
}

// Row implements Writer. Refused: sheet-too-big, beyond 1,048,576 rows.
func (b *bookWriter) Row(cells ...any) error {
	if b.row++; b.row > maxRows {
		return refuse("sheet-too-big")
	}
	values := make([]any, len(cells))
	for i, c := range cells {
		values[i] = b.cell(c)
	}
	name, err := excelize.CoordinatesToCellName(1, b.row)
	if err == nil {
		err = b.rows.SetRow(name, values)
	}
	if err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

func (b *bookWriter) cell(c any) any {
	switch v := c.(type) {
	case int, int64, float64, bool:
		return v
	case money.Fen:
		return excelize.Cell{StyleID: b.decimal, Value: float64(v) / 100} // only shown: a workbook knows no other numbers
	case hours.Centi:
		return excelize.Cell{StyleID: b.decimal, Value: float64(v) / 100}
	case bizdate.Date:
		if !v.IsZero() {
			return excelize.Cell{StyleID: b.day, Value: v.UTC()}
		}
	case time.Time:
		if !v.IsZero() {
			clock := time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), 0, time.UTC)
			return excelize.Cell{StyleID: b.time, Value: clock}
		}
	}
	if text, _ := plain(c); text != "" {
		return text
	}
	return nil
}

// Close implements Writer.
func (b *bookWriter) Close() error {
	err := b.rows.Flush()
	if err == nil {
		err = b.book.Write(b.out)
	}
	if err = errors.Join(err, b.book.Close()); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}
