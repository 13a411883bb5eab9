//! One line of the table: what a variable is called, what it does, and who reads it.

use crate::{
    export::Signal,
    telemetry::{OtlpSettings, Settings},
};

/// A variable, or one setting of OTLP with a variable for each signal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variable {
    /// The whole name, or for [`Use::Otlp`] what comes after `OTEL_EXPORTER_OTLP_` and the signal.
    pub(super) name: &'static str,
    /// What it sets; for one that sets nothing, why, and what to do instead.
    pub(super) effect: &'static str,
    /// What it takes, to be read after "use".
    pub(super) values: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "for the page"))]
    pub(super) default: &'static str,
    pub(super) used: Use,
}

/// What becomes of a variable.
#[derive(Debug, Clone, Copy)]
pub(super) enum Use {
    /// It sets something.
    Read(fn(&mut Settings, &str) -> Outcome),
    /// It sets something of both signals, and a variable of each signal sets it for that one.
    Otlp(fn(&mut OtlpSettings, Given<'_>) -> Outcome),
    /// It is the specification's, but nothing here does what it asks; whoever sets it is warned, unless by one of these
    /// values, which ask for what is done anyway.
    Absent(&'static [&'static str]),
    /// It is meant for others in the process. Nobody is warned.
    Others,
}

/// A value of an OTLP setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) value: &'a str,
    /// Whether it is of one signal alone.
    pub(super) own: bool,
}

/// What is wrong with a value.
#[derive(Debug)]
pub(super) enum Complaint {
    /// It is ignored, because it is none of the variable's values.
    NotAValue,
    /// This, which is read after `NAME=value`.
    Said(String),
}

pub(super) type Outcome = Result<(), Complaint>;

const OTLP: &str = "OTEL_EXPORTER_OTLP_";

impl Variable {
    /// Every name, in the order of reading: the general one first, so that a signal's own wins.
    pub(super) fn names(&self) -> Vec<(String, Option<Signal>)> {
        if !matches!(self.used, Use::Otlp(_)) {
            return vec![(self.name.to_owned(), None)];
        }
        let of =
            |signal: Signal| (format!("{OTLP}{}_{}", signal.variable(), self.name), Some(signal));
        let general = (format!("{OTLP}{}", self.name), None);
        vec![general, of(Signal::Metrics), of(Signal::Traces)]
    }

    /// Headers carry credentials, so their values are not shown.
    pub(super) fn shown<'a>(&self, value: &'a str) -> &'a str {
        if self.name.ends_with("HEADERS") { "(hidden)" } else { value }
    }

    /// Sets what it sets.
    pub(super) fn read(
        &self,
        settings: &mut Settings,
        signal: Option<Signal>,
        value: &str,
    ) -> Outcome {
        match (self.used, signal) {
            (Use::Read(read), _) => read(settings, value),
            (Use::Otlp(read), Some(signal)) => {
                read(&mut settings.signal_mut(signal).otlp, Given { value, own: true })
            }
            (Use::Otlp(read), None) => {
                let given = Given { value, own: false };
                // What one signal makes of a value the other does too, and one complaint is enough.
                let metrics = read(&mut settings.metrics.otlp, given);
                metrics.and(read(&mut settings.traces.otlp, given))
            }
            (Use::Absent(quiet), _) if !quiet.contains(&value) => {
                Err(Complaint::Said(format!("is ignored: {}", self.effect)))
            }
            (Use::Absent(_) | Use::Others, _) => Ok(()),
        }
    }

    /// The warning for a complaint.
    pub(super) fn warning(&self, name: &str, value: &str, complaint: Complaint) -> String {
        match complaint {
            // What was asked for is not looked at, and may hold anything.
            Complaint::Said(said) if matches!(self.used, Use::Absent(_)) => {
                format!("{name} {said}")
            }
            Complaint::Said(said) => format!("{name}=`{}` {said}", self.shown(value)),
            Complaint::NotAValue => {
                format!("{name}=`{}` is ignored: use {}", self.shown(value), self.values)
            }
        }
    }
}
