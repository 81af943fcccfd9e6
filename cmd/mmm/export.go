package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"mmm/draft"
	"mmm/export"
)

// exportFlags are the flags of mmm export as they are written.
type exportFlags struct {
	patchFlags
	out, id    string
	clap, vst3 bool
}

func newExport() *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export --clap|--vst3 FILE -o OUT.clap|.vst3|.vstpreset",
		Short: "make a plugin of its own, or a preset, out of a patch",
		Long: `Make a plugin that contains one patch, and nothing else to install.

Its name, author and tags come from the comment lines at the head of the patch
("// title: Echo"), its parameters have the ranges of the patch's controls.

-o OUT.vstpreset makes a preset that opens the patch in mmm's own VST3 plugin.`,
		Example: "  mmm export --clap echo.mmm -o ~/.clap/echo.clap\n" +
			"  mmm export --vst3 echo.mmm -o ~/.vst3/echo.vst3",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(args[0]) },
	}
	f.add(cmd, false)
	fl := cmd.Flags()
	fl.StringVarP(&f.out, "output", "o", "", "what to write: .clap (a file), .vst3 (a folder) or .vstpreset (a preset)")
	fl.BoolVar(&f.clap, "clap", false, "write a CLAP plugin (default for .clap)")
	fl.BoolVar(&f.vst3, "vst3", false, "write a VST3 plugin (default for .vst3)")
	fl.StringVar(&f.id, "id", "", "the plugin's id (default: made of author and title)")
	return cmd
}

// pluginID is what hosts and file systems take for an id.
var pluginID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{2,127}$`)

// run exports the patch at path.
func (f *exportFlags) run(path string) error {
	if f.clap && f.vst3 {
		return usageError{errors.New("--clap and --vst3 exclude each other")}
	}
	kind := strings.ToLower(filepath.Ext(f.out))
	switch known := kind == ".clap" || kind == ".vst3" || kind == ".vstpreset"; {
	case !known || f.clap && kind != ".clap" || f.vst3 && kind != ".vst3":
		return usageError{errors.New("-o OUT.clap, -o OUT.vst3 or -o OUT.vstpreset is wanted")}
	case f.id != "" && kind == ".vstpreset":
		return usageError{errors.New("--id is for plugins: a preset has none")}
	}
	if f.id != "" && !pluginID.MatchString(f.id) {
		return usageError{fmt.Errorf("--id wants 3 to 128 letters, digits, dots and dashes, not %q", f.id)}
	}
	file, err := f.file(path, kind == ".vstpreset")
	if err != nil {
		return err
	}
	target := f.out
	if kind == ".vst3" {
		if target, err = bundle(f.out); err != nil {
			return err
		}
	}
	out, err := draft.Create(target)
	if err != nil {
		return err
	}
	_, err = out.Write(file)
	return out.Commit(err)
}

// file makes the bytes of the plugin or preset and says what it is.
func (f *exportFlags) file(path string, preset bool) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		text = nil // load says why
	}
	r, err := f.load(path, false)
	if err != nil {
		return nil, err
	}
	header := export.ReadHeader(string(text))
	if preset {
		kind := export.Kind(header, r.Program)
		file, err := export.Preset(kind, path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		fmt.Printf("%s: a preset of mmm %s\n", f.out, [...]string{"Instrument", "Effect"}[kind])
		return file, nil
	}
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	plugin, err := export.New(r.Program, header, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if f.id != "" {
		plugin.ID = f.id
	}
	for _, c := range plugin.Unbound {
		fmt.Fprintf(os.Stderr, "%s: warning: no parameter is left for %s; it stays at its default\n", path, c.Path)
	}
	template, err := readTemplate()
	if err != nil {
		return nil, err
	}
	file, err := plugin.File(template)
	if err == nil {
		fmt.Printf("%s: %q, id %s, %d parameters, %.1f MB\n", f.out, plugin.Name, plugin.ID, len(plugin.Controls), float64(len(file))/1e6)
	}
	return file, err
}

// templateName is the file that make build leaves beside the command line.
const templateName = "mmm-patch.so"

// readTemplate reads the template that stands beside this program.
func readTemplate() ([]byte, error) {
	self, err := os.Executable()
	if err == nil {
		self, err = filepath.EvalSymlinks(self)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot find the template: %w", err)
	}
	template, err := os.ReadFile(filepath.Join(filepath.Dir(self), templateName))
	if err != nil {
		return nil, fmt.Errorf("the template of exported plugins is missing: %w; make build and make install put it beside mmm", err)
	}
	return template, nil
}

// bundle makes the folders of a VST3 plugin and returns where its library goes.
func bundle(path string) (string, error) {
	machine := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	folder := filepath.Join(path, "Contents", machine+"-linux")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	base := filepath.Base(path)
	return filepath.Join(folder, strings.TrimSuffix(base, filepath.Ext(base))+".so"), nil
}
