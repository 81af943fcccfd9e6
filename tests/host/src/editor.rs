//! A client of the editor page's server: what a script swaps goes the way that
//! a press of the page's Swap button goes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Names the file in which the browser stand-in leaves the address it was
/// called with.
pub const URL_FILE: &str = "MMM_HOST_URL_FILE";

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// When this program is started as the user's browser, leaves the address
/// where the host looks for it. Returns whether it was.
pub fn stand_in(args: &[String]) -> bool {
    let Some(url) = args.get(1).filter(|a| a.starts_with("http://")) else {
        return false;
    };
    if let Some(file) = std::env::var_os(URL_FILE) {
        let path = PathBuf::from(file);
        let part = path.with_extension("part");
        if std::fs::write(&part, url).is_ok() {
            let _ = std::fs::rename(&part, &path);
        }
    }
    true
}

/// Waits for the browser stand-in to leave an address in `file`.
pub fn wait_for_url(file: &Path) -> Result<String, String> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Ok(url) = std::fs::read_to_string(file) {
            let _ = std::fs::remove_file(file);
            return Ok(url.trim().to_string());
        }
        if Instant::now() > until {
            return Err("the editor page was not opened in the browser".into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The server's answer.
pub struct Reply {
    pub status: u16,
    pub body: String,
}

impl Reply {
    /// Whether the server accepted what was sent.
    pub fn ok(&self) -> bool {
        let compact: String = self.body.chars().filter(|c| !c.is_whitespace()).collect();
        self.status == 200 && !compact.contains("\"ok\":false")
    }
}

/// Sends `body` to `path` beside the editor page at `url`, whose query holds
/// the token.
pub fn post(url: &str, path: &str, body: &[u8]) -> Result<Reply, String> {
    request("POST", url, path, body)
}

/// Asks for `path` beside the editor page at `url`.
pub fn get(url: &str, path: &str) -> Result<Reply, String> {
    request("GET", url, path, b"")
}

fn request(method: &str, url: &str, path: &str, body: &[u8]) -> Result<Reply, String> {
    let rest = url.strip_prefix("http://").ok_or_else(|| format!("{url} is no http address"))?;
    let rest = rest.split('#').next().unwrap_or(rest);
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, folder) = place.split_once('/').unwrap_or((place, ""));
    let folder = folder.rsplit_once('/').map_or("", |(f, _)| f);
    let slash = if folder.is_empty() { "" } else { "/" };

    let send = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "{method} /{folder}{slash}{path}?{query} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        )?;
        stream.write_all(body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    };
    let answer = send().map_err(|e| format!("the editor's server at {host}: {e}"))?;
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n").ok_or("the editor's server answered nonsense")?;
    let status = head.split_whitespace().nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
    let body =
        if head.to_ascii_lowercase().contains("transfer-encoding: chunked") { unchunk(body) } else { body.to_string() };
    Ok(Reply { status, body })
}

/// Joins the chunks of a chunked body.
fn unchunk(mut rest: &str) -> String {
    let mut whole = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.split(';').next().unwrap_or("").trim(), 16).unwrap_or(0);
        let Some(chunk) = after.get(..size).filter(|_| size > 0) else {
            break;
        };
        whole.push_str(chunk);
        rest = after.get(size + 2..).unwrap_or("");
    }
    whole
}
