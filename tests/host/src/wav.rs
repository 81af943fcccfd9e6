//! Writes recorded audio as a WAV file of 32-bit floats.

use std::fs::File;
use std::io::{self, BufWriter, Write};

/// WAVE_FORMAT_IEEE_FLOAT.
const FLOAT_FORMAT: u16 = 3;

/// Writes interleaved frames of `channels` channels at `rate` Hz to `path`.
pub fn write(path: &str, rate: f64, channels: u16, frames: &[[f64; 2]]) -> io::Result<()> {
    let bytes_per_frame = u32::from(channels) * 4;
    let data_size = u32::try_from(frames.len())
        .ok()
        .and_then(|n| n.checked_mul(bytes_per_frame))
        .ok_or_else(|| io::Error::other("too long for a WAV file"))?;
    let rate = rate.round() as u32;

    let mut out = BufWriter::new(File::create(path)?);
    out.write_all(b"RIFF")?;
    out.write_all(&(4 + 8 + 18 + 8 + 4 + 8 + data_size).to_le_bytes())?;
    out.write_all(b"WAVE")?;

    out.write_all(b"fmt ")?;
    out.write_all(&18u32.to_le_bytes())?;
    out.write_all(&FLOAT_FORMAT.to_le_bytes())?;
    out.write_all(&channels.to_le_bytes())?;
    out.write_all(&rate.to_le_bytes())?;
    out.write_all(&(rate.wrapping_mul(bytes_per_frame)).to_le_bytes())?;
    out.write_all(&(channels * 4).to_le_bytes())?;
    out.write_all(&32u16.to_le_bytes())?;
    out.write_all(&0u16.to_le_bytes())?;

    out.write_all(b"fact")?;
    out.write_all(&4u32.to_le_bytes())?;
    out.write_all(&(data_size / bytes_per_frame).to_le_bytes())?;

    out.write_all(b"data")?;
    out.write_all(&data_size.to_le_bytes())?;
    for frame in frames {
        for sample in frame.iter().take(usize::from(channels)) {
            out.write_all(&(*sample as f32).to_le_bytes())?;
        }
    }
    out.flush()
}
