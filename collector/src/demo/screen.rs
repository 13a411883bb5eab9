//! Where the view is shown: redrawn in place on a terminal, line after line elsewhere.

use std::{
    io::{self, Write},
    time::Duration,
};

use super::view::View;

/// Long lines are cut and not wrapped while the view is drawn, so that the terminal's lines are the view's.
const NO_WRAP: &str = "\x1b[?7l";
const WRAP: &str = "\x1b[?7h";
const CLEAR_TO_LINE_END: &str = "\x1b[K";
const CLEAR_BELOW: &str = "\x1b[J";

/// Shows views one after the other.
pub struct Screen {
    out: Box<dyn Write + Send>,
    is_terminal: bool,
    /// Lines of the view that is drawn, to be drawn over.
    drawn: usize,
}

impl Screen {
    /// Draws on `out`, in place if that is a terminal.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>, is_terminal: bool) -> Self {
        Self { out, is_terminal, drawn: 0 }
    }

    /// Says where to look, where the views do not say it themselves.
    pub(super) fn open(&mut self, view: &View<'_>) -> io::Result<()> {
        if self.is_terminal {
            return self.show(view);
        }
        self.write(&view.urls())
    }

    pub(super) fn show(&mut self, view: &View<'_>) -> io::Result<()> {
        if self.is_terminal {
            return self.redraw(&view.screen());
        }
        self.write(&view.line())
    }

    /// Says that no client asks any more, where the views do not say it themselves.
    pub(super) fn wait(&mut self, since_start: Duration) -> io::Result<()> {
        if self.is_terminal {
            return Ok(());
        }
        self.write(&format!("{} s over, waiting for open requests\n", since_start.as_secs()))
    }

    /// The last view, whole everywhere.
    pub(super) fn close(&mut self, view: &View<'_>) -> io::Result<()> {
        if self.is_terminal {
            return self.redraw(&view.screen());
        }
        self.write(&format!("\n{}", view.screen()))
    }

    fn redraw(&mut self, text: &str) -> io::Result<()> {
        let mut frame = NO_WRAP.to_owned();
        if self.drawn > 0 {
            frame.push_str(&format!("\x1b[{}A\r", self.drawn));
        }
        for line in text.lines() {
            frame.push_str(line);
            frame.push_str(CLEAR_TO_LINE_END);
            frame.push_str("\r\n");
        }
        frame.push_str(CLEAR_BELOW);
        frame.push_str(WRAP);
        self.drawn = text.lines().count();
        self.write(&frame)
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("is_terminal", &self.is_terminal).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_terminal_is_drawn_over_in_place() {
        let captured = Captured::default();
        let mut screen = Screen::new(Box::new(captured.clone()), true);
        screen.redraw("a\nb\n").unwrap();
        screen.redraw("c\n").unwrap();
        let seen = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
        let first = "\x1b[?7la\x1b[K\r\nb\x1b[K\r\n\x1b[J\x1b[?7h";
        let second = "\x1b[?7l\x1b[2A\rc\x1b[K\r\n\x1b[J\x1b[?7h";
        assert_eq!(seen, format!("{first}{second}"));
    }
}
