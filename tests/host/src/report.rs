//! What a run did: the summary that is printed and the JSON that is written.

use crate::audio::BlockTime;
use std::fmt::Write;

/// One swap through the editor's server.
pub struct Swap {
    pub file: String,
    pub milliseconds: f64,
    /// The session's status after the swap, JSON, when it was taken.
    pub status: String,
    /// What the server said, when it did not take the patch.
    pub refused: Option<String>,
}

/// Everything that is told at the end.
#[derive(Default)]
pub struct Report {
    pub frames: u64,
    pub times: Vec<BlockTime>,
    pub late: u64,
    pub swaps: Vec<Swap>,
    pub scan_ms: Option<f64>,
    /// Plugins that the last scan found.
    pub plugins: usize,
    pub crawl_ms: Option<f64>,
    pub expectations: u64,
    pub rescans: u32,
    pub dirty: u32,
    pub gestures: u32,
    pub failure: Option<String>,
    pub log: Vec<String>,
}

/// Quantile of sorted nanoseconds, in µs.
fn quantile(sorted: &[u64], q: f64) -> f64 {
    match sorted.len() {
        0 => 0.0,
        n => sorted[((n - 1) as f64 * q).round() as usize] as f64 / 1000.0,
    }
}

/// p50, p99, p99.9 and worst, in µs.
fn quantiles(times: impl Iterator<Item = u64>) -> [f64; 4] {
    let mut sorted: Vec<u64> = times.collect();
    sorted.sort_unstable();
    [0.5, 0.99, 0.999, 1.0].map(|q| quantile(&sorted, q))
}

impl Report {
    /// Worst block in µs by the clock.
    pub fn worst(&self) -> f64 {
        self.times.iter().map(|t| t.wall).max().unwrap_or(0) as f64 / 1000.0
    }

    /// Worst block in µs of processor time.
    pub fn worst_own(&self) -> f64 {
        self.times.iter().map(|t| t.own).max().unwrap_or(0) as f64 / 1000.0
    }

    /// The summary for people.
    pub fn summary(&self) -> String {
        let mut s = String::new();
        let wall = quantiles(self.times.iter().map(|t| t.wall));
        let own = quantiles(self.times.iter().map(|t| t.own));
        let _ = writeln!(s, "blocks {}, frames {}, late {}", self.times.len(), self.frames, self.late);
        for (what, q) in [("block", wall), ("  cpu", own)] {
            let _ = writeln!(s, "{what} µs: p50 {:.1}, p99 {:.1}, p99.9 {:.1}, worst {:.1}", q[0], q[1], q[2], q[3]);
        }
        if let Some(ms) = self.scan_ms {
            let _ = writeln!(s, "scan {ms:.2} ms");
        }
        for swap in self.swaps.iter().take(20) {
            let result = if swap.refused.is_none() { "taken" } else { "refused" };
            let _ = writeln!(s, "swap {} {result} after {:.1} ms", swap.file, swap.milliseconds);
        }
        if self.swaps.len() > 20 {
            let worst = self.swaps.iter().map(|w| w.milliseconds).fold(0.0, f64::max);
            let _ = writeln!(s, "… {} swaps in all, slowest {worst:.1} ms", self.swaps.len());
        }
        let _ = writeln!(s, "expectations met {}", self.expectations);
        s
    }

    /// The report for programs.
    pub fn json(&self) -> String {
        let row = |times: [f64; 4]| {
            format!(
                "{{\"p50\":{:.3},\"p99\":{:.3},\"p999\":{:.3},\"worst\":{:.3}}}",
                times[0], times[1], times[2], times[3]
            )
        };
        let swaps: Vec<String> = self
            .swaps
            .iter()
            .map(|w| {
                format!(
                    "{{\"file\":{},\"ms\":{:.3},\"status\":{},\"refused\":{}}}",
                    quote(&w.file),
                    w.milliseconds,
                    quote(&w.status),
                    w.refused.as_deref().map_or("null".into(), quote)
                )
            })
            .collect();
        let log: Vec<String> = self.log.iter().map(|l| quote(l)).collect();
        format!(
            "{{\"ok\":{},\"failure\":{},\"blocks\":{},\"frames\":{},\"late\":{},\"block_us\":{},\"cpu_us\":{},\
             \"scan_ms\":{},\"expectations\":{},\"rescans\":{},\"dirty\":{},\"gestures\":{},\"swaps\":[{}],\"log\":[{}]}}\n",
            self.failure.is_none(),
            self.failure.as_deref().map_or("null".into(), quote),
            self.times.len(),
            self.frames,
            self.late,
            row(quantiles(self.times.iter().map(|t| t.wall))),
            row(quantiles(self.times.iter().map(|t| t.own))),
            self.scan_ms.map_or("null".into(), |ms| format!("{ms:.3}")),
            self.expectations,
            self.rescans,
            self.dirty,
            self.gestures,
            swaps.join(","),
            log.join(",")
        )
    }
}

/// A JSON string.
pub fn quote(text: &str) -> String {
    let mut s = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => s.push_str("\\\""),
            '\\' => s.push_str("\\\\"),
            '\n' => s.push_str("\\n"),
            c if (c as u32) < 0x20 => {
                let _ = write!(s, "\\u{:04x}", c as u32);
            }
            c => s.push(c),
        }
    }
    s.push('"');
    s
}
