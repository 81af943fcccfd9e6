//! The script language: one command a line, words apart by blanks, "quoted"
//! where a word holds blanks, # to the end of the line is a comment, @N is a
//! frame offset. `repeat N` … `end` runs the lines between N times.

/// One command.
#[derive(Debug, PartialEq)]
pub struct Line {
    /// Line number in the script, from 1.
    pub number: usize,
    pub words: Vec<String>,
    /// The @ offset in frames, when given.
    pub at: Option<u64>,
}

/// A command or a loop.
#[derive(Debug, PartialEq)]
pub enum Node {
    Command(Line),
    Repeat { times: u64, body: Vec<Node> },
}

/// Reads a whole script; an error names its line.
pub fn parse(text: &str) -> Result<Vec<Node>, String> {
    // Loops that are open, outermost first: line, times, the lines around it.
    let mut open: Vec<(usize, u64, Vec<Node>)> = Vec::new();
    let mut nodes = Vec::new();
    for (i, raw) in text.lines().enumerate() {
        let number = i + 1;
        let mut words = split(raw).map_err(|e| format!("line {number}: {e}"))?;
        if words.is_empty() {
            continue;
        }
        match words[0].as_str() {
            "repeat" => {
                let times =
                    words.get(1).and_then(|w| w.parse().ok()).ok_or(format!("line {number}: repeat needs a number"))?;
                open.push((number, times, std::mem::take(&mut nodes)));
            }
            "end" => {
                let (_, times, around) = open.pop().ok_or(format!("line {number}: end without repeat"))?;
                let body = std::mem::replace(&mut nodes, around);
                nodes.push(Node::Repeat { times, body });
            }
            _ => {
                let place = words.iter().position(|w| is_offset(w));
                let at = place.and_then(|p| words.remove(p)[1..].parse().ok());
                nodes.push(Node::Command(Line { number, words, at }));
            }
        }
    }
    match open.pop() {
        Some((number, ..)) => Err(format!("line {number}: repeat without end")),
        None => Ok(nodes),
    }
}

fn is_offset(word: &str) -> bool {
    word.strip_prefix('@').is_some_and(|n| n.parse::<u64>().is_ok())
}

fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut chars = line.chars().peekable();
    loop {
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        match chars.peek() {
            None | Some('#') => return Ok(words),
            Some('"') => {
                chars.next();
                let mut word = String::new();
                loop {
                    match chars.next() {
                        None => return Err("a quote is not closed".into()),
                        Some('"') => break,
                        Some('\\') => word.extend(chars.next()),
                        Some(c) => word.push(c),
                    }
                }
                words.push(word);
            }
            Some(_) => {
                let mut word = String::new();
                while let Some(c) = chars.next_if(|c| !c.is_whitespace()) {
                    word.push(c);
                }
                words.push(word);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_quotes_comments_and_offsets_are_told_apart() {
        let nodes = parse("automate \"osc/cut off\" 0.5 @137 # odd\n\n").unwrap();
        let Node::Command(line) = &nodes[0] else { panic!() };
        assert_eq!(line.words, ["automate", "osc/cut off", "0.5"]);
        assert_eq!((line.number, line.at), (1, Some(137)));
    }

    #[test]
    fn loops_nest_and_must_close() {
        let nodes = parse("repeat 2\nrepeat 3\nreset\nend\nend").unwrap();
        assert!(matches!(&nodes[..], [Node::Repeat { times: 2, body }] if body.len() == 1));
        assert!(parse("repeat 2\nreset").unwrap_err().contains("line 1"));
        assert!(parse("end").is_err());
    }
}
