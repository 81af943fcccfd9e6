package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mmm/compiler/diag"
	"mmm/lib"
)

// docWidth is the width of the reference's text in columns.
const docWidth = 88

func newDoc() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doc [NAME]",
		Short: "show what the library and the language offer",
		Long: "Without NAME, lists the modules. NAME is a module (filter), a function (lowpass or filter::lowpass) or\n" +
			"builtins, which are there without a `use`.",
		Example: "  mmm doc\n  mmm doc filter\n  mmm doc lowpass\n  mmm doc --json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, names []string) error {
			modules := append([]lib.Module{lib.Builtins()}, lib.Catalog()...)
			if len(names) == 0 {
				if asJSON {
					return json.NewEncoder(os.Stdout).Encode(modules)
				}
				listModules(os.Stdout, modules)
				return nil
			}
			found := functionsNamed(modules, names[0])
			i := slices.IndexFunc(modules, func(m lib.Module) bool { return m.Name == names[0] })
			switch {
			case i >= 0 && asJSON:
				return json.NewEncoder(os.Stdout).Encode(modules[i])
			case i >= 0:
				showModule(os.Stdout, modules[i])
			case len(found) == 0:
				return unknownName(modules, names[0])
			case asJSON:
				return json.NewEncoder(os.Stdout).Encode(found)
			}
			for k, f := range found { // behind its module, if a module has the same name
				if k > 0 || i >= 0 {
					fmt.Println()
				}
				showFunction(os.Stdout, f)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// functionsNamed returns the functions whose name or full name is name.
func functionsNamed(modules []lib.Module, name string) []lib.Function {
	name = strings.TrimSuffix(name, "!")
	var found []lib.Function
	for _, m := range modules {
		for _, f := range m.Functions {
			if f.Name == name || f.Path() == name {
				found = append(found, f)
			}
		}
	}
	return found
}

// unknownName says that nothing has that name, and what may have been meant.
func unknownName(modules []lib.Module, name string) error {
	var all []string
	for _, m := range modules {
		all = append(all, m.Name)
		for _, f := range m.Functions {
			all = append(all, f.Name, f.Path())
		}
	}
	if near := diag.DidYouMean(name, all); near != "" {
		return fmt.Errorf("the library has no %q; did you mean %q?", name, near)
	}
	return fmt.Errorf("the library has no %q; mmm doc lists what it has", name)
}

// listModules prints the names of everything.
func listModules(w io.Writer, modules []lib.Module) {
	for _, m := range modules {
		fmt.Fprintf(w, "%s\n", m.Name)
		var names []string
		for _, f := range m.Functions {
			names = append(names, f.Title())
		}
		fill(w, "    ", strings.Join(names, " "))
	}
}

// showModule prints what a module is about and a line for each function.
func showModule(w io.Writer, m lib.Module) {
	fill(w, "", strings.ReplaceAll(m.Heading, "\n", " "))
	fmt.Fprintln(w)
	for _, f := range m.Functions {
		fmt.Fprintf(w, "%s\n", f.Call())
		fill(w, "    ", f.Summary())
	}
}

// showFunction prints all that is known of a function.
func showFunction(w io.Writer, f lib.Function) {
	fmt.Fprintf(w, "%s::%s\n", f.Module, f.Call())
	fill(w, "    ", f.Doc)
	if f.Macro {
		fill(w, "    ", "Macro stage.")
	}
	if f.Source != "" {
		fill(w, "    ", "Source: "+f.Source)
	}
	for _, e := range f.Examples {
		fmt.Fprintf(w, "\n    %s\n", strings.ReplaceAll(e, "\n", "\n    "))
	}
}

// fill prints text in lines of docWidth columns, each behind indent.
func fill(w io.Writer, indent, text string) {
	line := indent
	for _, word := range strings.Fields(text) {
		if line != indent {
			if len([]rune(line))+1+len([]rune(word)) > docWidth {
				fmt.Fprintln(w, line)
				line = indent + word
				continue
			}
			line += " "
		}
		line += word
	}
	if line != indent {
		fmt.Fprintln(w, line)
	}
}
