//! Test signals for input ports. Each starts when the script asks for it and
//! goes on over blocks and jobs.

/// A signal and how far it has come.
#[derive(Clone)]
pub enum Signal {
    Silence,
    /// One sample of 1, then silence.
    Impulse {
        frame: u64,
    },
    /// Frequency in Hz, amplitude.
    Sine {
        hz: f64,
        amp: f64,
        frame: u64,
    },
    /// 0, 1, 2, … times `step`, so that every sample tells its place.
    Ramp {
        step: f64,
        frame: u64,
    },
    /// White noise from a fixed seed.
    Noise {
        amp: f64,
        state: u64,
    },
}

impl Signal {
    /// Reads a signal from words of a script, e.g. "sine 440 0.5".
    pub fn parse(words: &[String]) -> Result<Self, String> {
        let number = |i: usize, default: f64| -> Result<f64, String> {
            match words.get(i) {
                None => Ok(default),
                Some(w) => w.parse().map_err(|_| format!("{w} is no number")),
            }
        };
        match words.first().map(String::as_str) {
            Some("silence") => Ok(Self::Silence),
            Some("impulse") => Ok(Self::Impulse { frame: 0 }),
            Some("sine") => Ok(Self::Sine { hz: number(1, 440.0)?, amp: number(2, 1.0)?, frame: 0 }),
            Some("ramp") => Ok(Self::Ramp { step: number(1, 1.0 / 65536.0)?, frame: 0 }),
            Some("noise") => Ok(Self::Noise { amp: number(1, 1.0)?, state: 0x9e37_79b9_7f4a_7c15 }),
            _ => Err("a signal is silence, impulse, sine, ramp or noise".into()),
        }
    }

    /// The next sample at `rate` Hz.
    pub fn next(&mut self, rate: f64) -> f64 {
        match self {
            Self::Silence => 0.0,
            Self::Impulse { frame } => {
                *frame += 1;
                if *frame == 1 {
                    1.0
                } else {
                    0.0
                }
            }
            Self::Sine { hz, amp, frame } => {
                let cycles = (*hz * *frame as f64 / rate).fract();
                *frame += 1;
                *amp * (cycles * std::f64::consts::TAU).sin()
            }
            Self::Ramp { step, frame } => {
                let value = *step * *frame as f64;
                *frame += 1;
                value
            }
            Self::Noise { amp, state } => {
                *state ^= *state << 13;
                *state ^= *state >> 7;
                *state ^= *state << 17;
                *amp * ((*state >> 11) as f64 / (1u64 << 52) as f64 - 1.0)
            }
        }
    }
}
