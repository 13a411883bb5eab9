//! A GPU that supports everything, for tests that then take away what they are about.

/// An H100 with 80 GiB, at work.
pub(crate) const H100: [(&str, &str); 40] = [
    ("name", "NVIDIA H100 80GB HBM3"),
    ("utilization", "75"),
    ("utilization.memory", "40"),
    ("encoder", "5"),
    ("decoder", "10"),
    ("memory.total", "85899345920"),
    ("memory.used", "42949672960"),
    ("memory.reserved", "1073741824"),
    ("power", "350500"),
    ("temperature", "61"),
    ("clock.0", "1980"),
    ("clock.1", "1755"),
    ("clock.2", "2619"),
    ("clock.3", "1545"),
    ("throttle", "4"),
    ("throttle.supported", "511"),
    ("processes", "yes"),
    ("mig", "0"),
    ("events", "8"),
    // Energy, corrected and uncorrected errors, temperature of the memory.
    ("field.83", "5000000"),
    ("field.3", "10"),
    ("field.4", "0"),
    ("field.82", "72"),
    // Spare rows of memory.
    ("field.144", "0"),
    ("field.145", "0"),
    // Time of throttling: power, sync boost, board, low utilization, reliability; by heat and by brake.
    ("field.74", "3000000000"),
    ("field.76", "0"),
    ("field.77", "0"),
    ("field.78", "0"),
    ("field.79", "0"),
    ("field.251", "1000000000"),
    ("field.252", "0"),
    ("field.253", "0"),
    // SM, tensor and FP64 in percent.
    ("gpm.2", "62.5"),
    ("gpm.5", "37.5"),
    ("gpm.11", "0"),
    // MiB a second: PCIe out and in, NVLink in and out.
    ("gpm.20", "100"),
    ("gpm.21", "200"),
    ("gpm.60", "3000"),
    ("gpm.61", "4000"),
];

/// A slice of it.
pub(crate) const INSTANCE: [(&str, &str); 4] = [
    ("memory.total", "10737418240"),
    ("memory.used", "2684354560"),
    ("memory.reserved", "0"),
    ("processes", "yes"),
];
