//! The test's side: writes the script, reads the counts.

use std::{
    env, fs,
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use crate::{
    gpu, page,
    script::{self, Lines, SYSTEM},
};

const LIBRARY: &str = "libinferometer_fake_nvml.so";

/// A driver of its own, with no GPU until the script has one.
#[derive(Debug)]
pub struct FakeNvml {
    folder: PathBuf,
    page: File,
    lines: Lines,
    generation: u64,
}

impl FakeNvml {
    /// Puts a copy of the library into `folder`, which must be empty and stay as long as the library is used.
    ///
    /// # Errors
    /// The library was not built beside this program, or the folder cannot be written.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        let page =
            File::options().read(true).write(true).create_new(true).open(folder.join("page"))?;
        page.set_len(page::BYTES as u64)?;
        fs::copy(built()?, folder.join("libnvidia-ml.so.1"))?;
        let mut fake = Self { folder: folder.to_owned(), page, lines: Lines::new(), generation: 0 };
        fake.set(SYSTEM, "driver", "575.51.03")?;
        Ok(fake)
    }

    /// The file to load.
    #[must_use]
    pub fn library(&self) -> PathBuf {
        self.folder.join("libnvidia-ml.so.1")
    }

    /// Sets one value; the next call sees it.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn set(&mut self, device: &str, quantity: &str, value: &str) -> io::Result<()> {
        self.set_all([(device, quantity, value)])
    }

    /// Sets several values at once.
    ///
    /// # Errors
    /// As [`FakeNvml::set`].
    pub fn set_all<'a>(
        &mut self,
        values: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>,
    ) -> io::Result<()> {
        for (device, quantity, value) in values {
            self.lines.insert((device.to_owned(), quantity.to_owned()), value.to_owned());
        }
        self.publish()
    }

    /// Adds a GPU as an H100 might be: everything is supported, `uuid` is `GPU-` and the index, and MIG is off.
    ///
    /// # Errors
    /// As [`FakeNvml::set`].
    pub fn add_gpu(&mut self, index: usize) -> io::Result<()> {
        let device = format!("gpu{index}");
        let uuid = format!("GPU-{index}");
        self.set_all(gpu::H100.iter().map(|(quantity, value)| (&*device, *quantity, *value)))?;
        self.set(&device, "uuid", &uuid)
    }

    /// Adds an instance to a GPU whose MIG is on; its `uuid` is `MIG-` and both indices.
    ///
    /// # Errors
    /// As [`FakeNvml::set`].
    pub fn add_instance(&mut self, gpu: usize, index: usize) -> io::Result<()> {
        let device = format!("gpu{gpu}/mig{index}");
        let uuid = format!("MIG-{gpu}-{index}");
        self.set_all(gpu::INSTANCE.iter().map(|(quantity, value)| (&*device, *quantity, *value)))?;
        self.set(&device, "uuid", &uuid)
    }

    /// Takes one value away, so that the quantity is not supported; without its `uuid` a device is gone.
    ///
    /// # Errors
    /// As [`FakeNvml::set`].
    pub fn unset(&mut self, device: &str, quantity: &str) -> io::Result<()> {
        self.lines.remove(&(device.to_owned(), quantity.to_owned()));
        self.publish()
    }

    fn publish(&mut self) -> io::Result<()> {
        let next = self.folder.join("script.next");
        fs::write(&next, script::text(&self.lines))?;
        // A reader sees the old lines or the new ones, never a part.
        fs::rename(next, self.folder.join("script"))?;
        self.generation += 1;
        self.page.write_all_at(&self.generation.to_ne_bytes(), 8 * page::GENERATION as u64)
    }

    /// How often a function of NVML was called.
    ///
    /// # Panics
    /// If the fake has no such function.
    #[must_use]
    pub fn calls(&self, function: &str) -> u64 {
        self.word(page::calls(function))
    }

    /// How often any function was called.
    #[must_use]
    pub fn all_calls(&self) -> u64 {
        (0..page::FUNCTIONS.len()).map(|index| self.word(page::CALLS + index)).sum()
    }

    /// Calls that hang now.
    #[must_use]
    pub fn hanging(&self) -> u64 {
        self.word(page::HANGING)
    }

    /// Event sets and GPM samples that were made and not freed.
    #[must_use]
    pub fn unfreed(&self) -> u64 {
        self.word(page::EVENT_SETS) + self.word(page::GPM_SAMPLES)
    }

    /// Calls with a handle that this start of the driver did not give out.
    #[must_use]
    pub fn bad_handles(&self) -> u64 {
        self.word(page::BAD_HANDLES)
    }

    fn word(&self, index: usize) -> u64 {
        let mut bytes = [0; 8];
        match self.page.read_exact_at(&mut bytes, 8 * index as u64) {
            Ok(()) => u64::from_ne_bytes(bytes),
            Err(cause) => panic!("the page cannot be read: {cause}"),
        }
    }
}

/// Cargo builds the library of a dependency into the folder that the depending tests and programs are in, or the one
/// above.
fn built() -> io::Result<PathBuf> {
    let program = env::current_exe()?;
    let folders = program.ancestors().skip(1).take(2);
    let mut candidates =
        folders.flat_map(|folder| [folder.join(LIBRARY), folder.join("deps").join(LIBRARY)]);
    candidates.find(|candidate| candidate.exists()).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::NotFound,
            format!("{LIBRARY} is not near {}", program.display()),
        )
    })
}
