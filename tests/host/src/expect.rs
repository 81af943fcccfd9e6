//! What a script may expect of the recording, the plugin and the run.

use crate::run::{is_mapped, number, word, Runner};
use crate::script::Line;
use std::sync::atomic::Ordering;

type Done = Result<(), String>;

/// Compares as the script's operator at word `i` says with the number after it.
pub fn compare(line: &Line, i: usize, what: &str, value: f64) -> Done {
    let operator = word(line, i)?;
    let limit: f64 = number(line, i + 1)?;
    let holds = match operator {
        ">" => value > limit,
        ">=" => value >= limit,
        "<" => value < limit,
        "<=" => value <= limit,
        "==" => value == limit,
        "!=" => value != limit,
        "~" => (value - limit).abs() <= 1e-6 * limit.abs().max(1.0),
        other => return Err(format!("{other} is no comparison")),
    };
    if holds {
        Ok(())
    } else {
        Err(format!("{what} is {value}, expected {operator} {limit}"))
    }
}

/// The first frame in which two stretches differ, by bits.
fn first_difference(a: &[[f64; 2]], b: &[[f64; 2]]) -> Option<usize> {
    a.iter().zip(b).position(|(x, y)| x[0].to_bits() != y[0].to_bits() || x[1].to_bits() != y[1].to_bits())
}

impl Runner {
    /// Checks one expect line.
    pub fn expect(&mut self, line: &Line) -> Done {
        match word(line, 1)? {
            "rms" | "peak" => self.expect_level(line),
            "equal" | "differ" | "first-difference" => self.expect_segments(line),
            "finite" => self.expect_finite(),
            "sample" => {
                // expect sample FRAME CHANNEL == VALUE, counted from the last mark.
                let start = self.marks.last().filter(|m| m.track == self.current).map_or(0, |m| m.frame);
                let (frame, channel): (usize, usize) = (number(line, 2)?, number(line, 3)?);
                let recording = &self.track()?.recording;
                let sample =
                    recording.get(start + frame).and_then(|f| f.get(channel)).ok_or("that sample was not recorded")?;
                compare(line, 4, &format!("sample {frame}"), *sample)
            }
            "params" | "param" | "text" | "visible" => self.expect_params(line),
            "log" | "nolog" => {
                let text = line.words[2..].join(" ");
                let found = self.log.lock().unwrap().iter().any(|l| l.contains(&text));
                match (found, line.words[1] == "log") {
                    (false, true) => Err(format!("no log line holds \"{text}\"")),
                    (true, false) => Err(format!("a log line holds \"{text}\"")),
                    _ => Ok(()),
                }
            }
            "files" => {
                let read = |i| -> Result<Vec<u8>, String> {
                    let file = word(line, i)?;
                    std::fs::read(file).map_err(|e| format!("{file}: {e}"))
                };
                if read(2)? == read(3)? {
                    Ok(())
                } else {
                    Err(format!("{} and {} differ", line.words[2], line.words[3]))
                }
            }
            "scan" => {
                let ms = self.report.scan_ms.ok_or("nothing was scanned yet")?;
                compare(line, 2, "scan time in ms", ms)
            }
            "plugins" => compare(line, 2, "the number of plugins in the file", self.report.plugins as f64),
            "absent" => match word(line, 2)? {
                name if is_mapped(&format!("/{name}")) => Err(format!("{name} is loaded")),
                _ => Ok(()),
            },
            "range" => {
                let name = word(line, 2)?.to_string();
                let param = self.instance()?.param(&name)?;
                let wanted = (number(line, 3)?, number(line, 4)?, number(line, 5)?);
                if param.range == wanted {
                    Ok(())
                } else {
                    Err(format!("the range and default of {name} are {:?}, expected {wanted:?}", param.range))
                }
            }
            "worst" => compare(line, 2, "the worst block in µs", self.report.worst()),
            "worst-cpu" => compare(line, 2, "the worst block in µs of processor time", self.report.worst_own()),
            "late" => compare(line, 2, "the number of late blocks", self.report.late as f64),
            "frames" => {
                let frames = self.track()?.recording.len();
                compare(line, 2, "the number of frames", frames as f64)
            }
            "rescans" => self.expect_count(line, |r| r.counters.rescans.load(Ordering::Relaxed)),
            "dirty" => self.expect_count(line, |r| r.counters.dirty.load(Ordering::Relaxed)),
            "gestures" => self.expect_count(line, |r| r.counters.gestures.load(Ordering::Relaxed)),
            "latency" => {
                let latency = self.instance()?.latency();
                compare(line, 2, "the latency", f64::from(latency))
            }
            "ports" => self.expect_ports(line),
            _ => self.expect_extended(line),
        }
    }

    fn expect_count(&mut self, line: &Line, count: impl Fn(&Self) -> u32) -> Done {
        compare(line, 2, &line.words[1], f64::from(count(self)))
    }

    /// expect ports INPUTS OUTPUTS NOTES
    fn expect_ports(&mut self, line: &Line) -> Done {
        let instance = self.instance()?;
        let found =
            (instance.audio_ports(true).len(), instance.audio_ports(false).len(), instance.note_ports() as usize);
        let wanted = (number(line, 2)?, number(line, 3)?, number(line, 4)?);
        if found == wanted {
            Ok(())
        } else {
            Err(format!("the ports are {found:?}, expected {wanted:?}"))
        }
    }

    /// expect rms|peak OP VALUE [over FRAMES]: of the last frames recorded.
    fn expect_level(&mut self, line: &Line) -> Done {
        let recording = &self.track()?.recording;
        let over = match line.words.get(4).map(String::as_str) {
            Some("over") => number(line, 5)?,
            _ => recording.len(),
        };
        if over == 0 || over > recording.len() {
            return Err(format!("{} frames are recorded, not {over}", recording.len()));
        }
        let samples = recording[recording.len() - over..].iter().flatten();
        let level = if line.words[1] == "peak" {
            // A NaN must not hide: it is above every limit.
            samples.fold(0.0f64, |peak, s| if s.is_nan() { f64::INFINITY } else { peak.max(s.abs()) })
        } else {
            (samples.map(|s| s * s).sum::<f64>() / (2 * over) as f64).sqrt()
        };
        compare(line, 2, &line.words[1], level)
    }

    /// A segment goes from its mark to the next mark of the same plugin, or to
    /// the end of the recording.
    fn segment(&self, name: &str) -> Result<&[[f64; 2]], String> {
        let at = self.marks.iter().rposition(|m| m.name == name).ok_or(format!("no mark is called {name}"))?;
        let mark = &self.marks[at];
        let recording = &self.tracks[mark.track].recording;
        let end = self.marks[at + 1..].iter().find(|m| m.track == mark.track).map_or(recording.len(), |m| m.frame);
        recording.get(mark.frame..end).ok_or_else(|| format!("{name} is not recorded yet"))
    }

    fn expect_segments(&mut self, line: &Line) -> Done {
        let (name_a, name_b) = (word(line, 2)?, word(line, 3)?);
        let (a, b) = (self.segment(name_a)?, self.segment(name_b)?);
        if a.is_empty() || a.len() != b.len() {
            return Err(format!("{name_a} has {} frames and {name_b} has {}", a.len(), b.len()));
        }
        let found = first_difference(a, b);
        let tell = |i: usize| format!("{name_a} and {name_b} differ first at frame {i}: {:?} and {:?}", a[i], b[i]);
        match (line.words[1].as_str(), found) {
            ("equal", Some(i)) => Err(tell(i)),
            ("equal", None) | ("differ", Some(_)) => Ok(()),
            (_, None) => Err(format!("{name_a} and {name_b} are equal")),
            (_, Some(i)) => {
                let wanted: usize = number(line, 4)?;
                if i == wanted {
                    Ok(())
                } else {
                    Err(format!("{}, expected frame {wanted}", tell(i)))
                }
            }
        }
    }

    /// No sample is NaN, infinite or subnormal.
    fn expect_finite(&mut self) -> Done {
        let recording = &self.track()?.recording;
        let bad = |s: &f64| !s.is_finite() || (*s != 0.0 && s.abs() < f64::from(f32::MIN_POSITIVE));
        match recording.iter().position(|f| f.iter().any(bad)) {
            Some(i) => Err(format!("frame {i} is {:?}", recording[i])),
            None => Ok(()),
        }
    }

    fn expect_params(&mut self, line: &Line) -> Done {
        match line.words[1].as_str() {
            // expect params "name=value": the value as the host has it.
            "params" => {
                let (name, value) = word(line, 2)?.rsplit_once('=').ok_or("expect params needs name=value")?;
                let wanted: f64 = value.trim().parse().map_err(|_| format!("{value} is no number"))?;
                let param = self.instance()?.param(name.trim())?;
                if (param.value - wanted).abs() <= 1e-6 {
                    Ok(())
                } else {
                    Err(format!("{} is {}, expected {wanted}", param.path(), param.value))
                }
            }
            // expect param NAME OP VALUE
            "param" => {
                let param = self.instance()?.param(word(line, 2)?)?;
                compare(line, 3, &param.path(), param.value)
            }
            // expect text NAME TEXT: what the plugin writes for the value, and
            // that it reads the same back.
            "text" => {
                let wanted = line.words[3..].join(" ");
                let instance = self.instance()?;
                let param = instance.param(word(line, 2)?)?;
                let text = instance.value_text(param.id, param.value)?;
                if text != wanted {
                    return Err(format!("{} reads \"{text}\", expected \"{wanted}\"", param.path()));
                }
                let value = instance.text_value(param.id, &text)?;
                let again = instance.value_text(param.id, value)?;
                if again == text {
                    Ok(())
                } else {
                    Err(format!("{} reads \"{text}\", then \"{again}\"", param.path()))
                }
            }
            // expect visible OP NUMBER
            _ => {
                let count = self.instance()?.params()?.len();
                compare(line, 2, "the number of visible parameters", count as f64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn differences_are_found_by_bits() {
        let a = [[0.0, 0.0], [1.0, f64::NAN]];
        assert_eq!(first_difference(&a, &a), None);
        assert_eq!(first_difference(&a, &[[-0.0, 0.0], [1.0, f64::NAN]]), Some(0));
    }
}
