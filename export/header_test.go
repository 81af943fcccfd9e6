package export

import (
	"reflect"
	"testing"
)

func TestTheCommentAtTheHeadOfAPatchDescribesIt(t *testing.T) {
	for _, c := range []struct {
		text string
		want Header
	}{
		{"// title: Glass bell\n//author:A. Musician\n// tags: bell, FM,, bright \n// plugin: instrument\nfn dsp(){ 0 }",
			Header{Title: "Glass bell", Author: "A. Musician", Tags: []string{"bell", "FM", "bright"}, Instrument: true}},
		{"// description: one line\n// and: another\n//\n// not this\n// plugin: both\n",
			Header{Description: "one line and: another", Instrument: true, Effect: true}},
		{"// description: drums\n// note 36: Kick\n// words\n", Header{Description: "drums"}},
		{"fn dsp(){ 0 }\n// title: too late\n", Header{}},
		{"// Title: keys are small\r\n// title: Windows lines\r\n", Header{Title: "Windows lines"}},
		{"// title: a: b\n// author: \x01\xff!\n", Header{Title: "a: b", Author: "??!"}},
		{"//", Header{}},
		{"", Header{}},
	} {
		if got := ReadHeader(c.text); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q is read as %+v", c.text, got)
		}
	}
}

func TestAnIDIsMadeOfAuthorAndTitle(t *testing.T) {
	ids := map[string]string{}
	for _, c := range [][2]string{{"", "Echo"}, {"A", "Echo"}, {"A", "echo"}, {"A", "音"}, {"A", "Echo 2"}, {"", "a very long title that goes on and on and on and on"}} {
		id := identity(c[0], c[1])
		if other, twice := ids[id]; twice {
			t.Errorf("%v and %s have the id %s", c, other, id)
		}
		ids[id] = c[0] + "/" + c[1]
		if id != identity(c[0], c[1]) || len(id) > 80 {
			t.Errorf("id %s", id)
		}
	}
	if got := identity("A. Musician", "Glass: bell!"); got != "org.mmm.patch.glass-bell.a736624c" {
		t.Errorf("projects that know this plugin by another id lose it: %s", got)
	}
}

func TestAPatchIsWhatItSaysOrElseWhatItTakes(t *testing.T) {
	for _, c := range []struct {
		h             Header
		inputs, notes bool
		want          []string
	}{
		{Header{}, false, false, []string{"instrument", "synthesizer", "stereo"}},
		{Header{}, true, false, []string{"audio-effect", "stereo"}},
		{Header{}, true, true, []string{"instrument", "synthesizer", "audio-effect", "stereo"}},
		{Header{Effect: true, Tags: []string{"odd"}}, false, true, []string{"audio-effect", "stereo", "mmm:odd"}},
	} {
		if got := features(c.h, c.inputs, c.notes); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
