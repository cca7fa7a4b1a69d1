// Package rolloutdoor is imports in the browser and by the API (ROL-1): a file is handed in, its columns are said, a job tells what
// would happen, another one brings the rows in.
package rolloutdoor
