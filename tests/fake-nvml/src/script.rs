//! What the fake driver answers: a value for each quantity of each device, as lines of text.
//!
//! A line is `device quantity value`. Devices are `gpu0`, `gpu1`, ..., a MIG instance `gpu0/mig1`, and `system`. A
//! quantity that no line names is not supported. A value is a number; a text, for names; `!15`, the NVML code that the
//! call returns instead; or `?`, for a call that hangs until the line has another value.
//!
//! | device | quantity | value |
//! |---|---|---|
//! | `system` | `state` | a code that every call returns; `nvmlInit` too |
//! | | `epoch` | another value than at the last `nvmlInit`: the driver was restarted, and nothing works until the next |
//! | | `driver` | the driver's version |
//! | any | `uuid` | its identity; without it there is no such device |
//! | | `name` | its model |
//! | | `state` | a code that every call with this device returns |
//! | | `utilization`, `encoder`, `decoder` | percent; `utilization.memory` with the first |
//! | | `memory.total`, `memory.used`, `memory.reserved` | bytes; the first decides whether it is supported |
//! | | `power` | milliwatts |
//! | | `temperature` | degrees Celsius |
//! | | `clock.0` ... `clock.3` | MHz of graphics, SM, memory, video |
//! | | `field.74` | a field value, 64 bits; `u32:5` is one of 32 |
//! | | `throttle`, `throttle.supported` | why clocks are held down, as bits |
//! | | `process.1234` | bytes that a process uses |
//! | | `processes` | anything: processes can be asked for, though there may be none |
//! | | `mig` | 1: MIG is enabled |
//! | | `events` | the event types that can be registered, as bits |
//! | | `xid` | an XID that is raised when this line is new: `79`, or `79#2` for once more |
//! | | `gpm.5` | a GPM metric; any makes GPM supported |

use std::collections::{BTreeMap, HashMap};

/// The device that stands for the driver.
pub const SYSTEM: &str = "system";
/// NVML's code for a quantity that a device does not have.
pub const NOT_SUPPORTED: u32 = 3;

/// The lines, as a test writes them.
pub(crate) type Lines = BTreeMap<(String, String), String>;

pub(crate) fn text(lines: &Lines) -> String {
    lines
        .iter()
        .map(|((device, quantity), value)| format!("{device} {quantity} {value}\n"))
        .collect()
}

/// What one quantity answers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    Number(f64),
    /// Of 64 bits, which a double would round.
    Integer(u64),
    /// Of 32 bits.
    Short(u32),
    Text(String),
    Code(u32),
    Hangs,
}

impl Answer {
    fn parse(value: &str) -> Self {
        if value == "?" {
            return Self::Hangs;
        }
        if let Some(code) = value.strip_prefix('!').and_then(|code| code.parse().ok()) {
            return Self::Code(code);
        }
        if let Some(short) = value.strip_prefix("u32:").and_then(|short| short.parse().ok()) {
            return Self::Short(short);
        }
        if let Ok(integer) = value.parse() {
            return Self::Integer(integer);
        }
        value.parse().map_or_else(|_| Self::Text(value.to_owned()), Self::Number)
    }
}

/// One device.
pub(crate) type Device = HashMap<String, Answer>;

/// The lines, as the library reads them.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) system: Device,
    pub(crate) gpus: Vec<Gpu>,
}

/// A GPU with its MIG instances.
#[derive(Debug, Default)]
pub(crate) struct Gpu {
    pub(crate) whole: Device,
    pub(crate) instances: Vec<Device>,
}

impl Script {
    pub(crate) fn parse(text: &str) -> Self {
        let mut script = Self::default();
        for line in text.lines() {
            let mut words = line.splitn(3, ' ');
            if let (Some(device), Some(quantity), Some(value)) =
                (words.next(), words.next(), words.next())
                && let Some(device) = script.device_mut(device)
            {
                device.insert(quantity.to_owned(), Answer::parse(value));
            }
        }
        script
    }

    fn device_mut(&mut self, name: &str) -> Option<&mut Device> {
        if name == SYSTEM {
            return Some(&mut self.system);
        }
        let (gpu, instance) = match name.split_once("/mig") {
            Some((gpu, instance)) => (gpu, Some(instance.parse().ok()?)),
            None => (name, None),
        };
        let gpu = grown(&mut self.gpus, gpu.strip_prefix("gpu")?.parse().ok()?);
        Some(match instance {
            Some(instance) => grown(&mut gpu.instances, instance),
            None => &mut gpu.whole,
        })
    }
}

fn grown<T: Default>(all: &mut Vec<T>, index: usize) -> &mut T {
    if all.len() <= index {
        all.resize_with(index + 1, T::default);
    }
    &mut all[index]
}
