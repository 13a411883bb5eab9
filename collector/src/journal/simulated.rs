//! A folder in memory whose plug can be pulled: what was not synced is then there in part, or not.

#![cfg_attr(not(test), allow(dead_code, reason = "only tests pull its plug"))]

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;

use super::storage::{Storage, StorageFile};

/// What a loss of power keeps or drops as one.
const SECTOR: usize = 512;

/// A call that says that it made something safe, and has not: the mutations that the tests must find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lie {
    /// `sync` of a file with records.
    Records,
    /// `sync_names` after such a file was made.
    RecordsName,
    /// `sync` of a checkpoint.
    Checkpoint,
    /// `sync_names` after it took the place of the last.
    CheckpointName,
}

/// A generator that gives the same numbers for the same seed.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % end.max(1)
    }

    pub(crate) fn is_one_of(&mut self, sides: usize) -> bool {
        self.below(sides) == 0
    }
}

/// What may be there under the name of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoFile {
    Folder,
    Link,
    /// A file that this user may not read.
    Foreign,
}

#[derive(Debug, Default)]
struct Content {
    name: String,
    is_no_file: Option<NoFile>,
    written: Vec<u8>,
    durable: Vec<u8>,
    /// Sectors that were written since the last sync.
    dirty: Vec<usize>,
}

type FileRef = Arc<Mutex<Content>>;

/// What one call did to names; it is done whole or not at all.
type Change = Vec<(String, Option<FileRef>)>;

#[derive(Debug, Default)]
struct Disk {
    names: BTreeMap<String, FileRef>,
    durable: BTreeMap<String, FileRef>,
    /// Since the last sync of names.
    changes: Vec<Change>,
    lie: Option<Lie>,
    /// Bytes that can be written before there is no room; a write that crosses it is done in part, and what goes gives its
    /// bytes back.
    room: Option<usize>,
    /// The next syncs of files that fail.
    failing_syncs: usize,
    /// The disk as it was after each change of names, once they are asked for.
    copies: Option<Vec<Simulated>>,
}

/// The folder; clones are the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Simulated {
    disk: Arc<Mutex<Disk>>,
    /// What names of files begin with: nothing, or that of a folder inside.
    path: String,
}

/// An open file.
#[derive(Debug)]
pub(crate) struct SimulatedFile {
    content: FileRef,
    disk: Weak<Mutex<Disk>>,
}

impl Simulated {
    pub(crate) fn with(lie: Option<Lie>) -> Self {
        let folder = Self::default();
        folder.disk.lock().lie = lie;
        folder
    }

    /// From now on so many bytes can be written.
    pub(crate) fn room(&self, bytes: Option<usize>) {
        self.disk.lock().room = bytes;
    }

    pub(crate) fn fail_syncs(&self, count: usize) {
        self.disk.lock().failing_syncs = count;
    }

    /// What is left when power goes: all that was synced, and anything of the rest.
    pub(crate) fn lose_power(&self, dice: &mut Dice) {
        let disk = &mut *self.disk.lock();
        for change in disk.changes.drain(..) {
            if dice.is_one_of(2) {
                apply(&mut disk.durable, change);
            }
        }
        disk.names = disk.durable.clone();
        for file in disk.names.values() {
            file.lock().lose_power(dice);
        }
        (disk.room, disk.failing_syncs) = (None, 0);
    }

    /// The content of a file, to be bent.
    pub(crate) fn bend(&self, name: &str, bend: impl FnOnce(&mut Vec<u8>)) {
        let file = self.disk.lock().names.get(&self.path_of(name)).map(Arc::clone);
        bend(&mut file.expect("it is there").lock().written);
    }

    /// Puts something else in the place of a file, or where none was.
    pub(crate) fn put(&self, name: &str, no_file: NoFile) {
        let name = self.path_of(name);
        let content =
            Content { name: name.clone(), is_no_file: Some(no_file), ..Content::default() };
        let file = Arc::new(Mutex::new(content));
        let disk = &mut *self.disk.lock();
        disk.names.insert(name.clone(), Arc::clone(&file));
        disk.durable.insert(name, file);
    }

    fn path_of(&self, name: &str) -> String {
        format!("{}{name}", self.path)
    }

    /// Another folder with the same content.
    pub(crate) fn copy(&self) -> Self {
        self.disk.lock().copy()
    }

    /// From now on there is a copy of each moment at which a file came, went or took the place of another: what a kill then
    /// leaves.
    pub(crate) fn keep_copies(&self) {
        self.disk.lock().copies = Some(Vec::new());
    }

    /// Those copies.
    pub(crate) fn copies(&self) -> Vec<Self> {
        self.disk.lock().copies.clone().unwrap_or_default()
    }

    fn file(&self, content: FileRef) -> SimulatedFile {
        SimulatedFile { content, disk: Arc::downgrade(&self.disk) }
    }
}

fn apply(names: &mut BTreeMap<String, FileRef>, change: Change) {
    for (name, file) in change {
        match file {
            Some(file) => names.insert(name, file),
            None => names.remove(&name),
        };
    }
}

fn is_folder(file: &FileRef) -> bool {
    file.lock().is_no_file == Some(NoFile::Folder)
}

impl Disk {
    fn change(&mut self, change: Change) {
        let before: usize = self.bytes();
        apply(&mut self.names, change.clone());
        self.changes.push(change);
        let freed = before - self.bytes();
        self.room = self.room.map(|room| room + freed);
        let copy = self.copies.is_some().then(|| self.copy());
        self.copies.iter_mut().for_each(|copies| copies.extend(copy.clone()));
    }

    fn bytes(&self) -> usize {
        self.names.values().map(|file| file.lock().written.len()).sum()
    }

    fn copy(&self) -> Simulated {
        let copy = Simulated::default();
        for file in self.names.values() {
            let Content { name, is_no_file, written, .. } = &*file.lock();
            let (name, written) = (name.clone(), written.clone());
            let content = Content {
                name: name.clone(),
                is_no_file: *is_no_file,
                durable: written.clone(),
                written,
                dirty: vec![],
            };
            let file = Arc::new(Mutex::new(content));
            let disk = &mut *copy.disk.lock();
            disk.names.insert(name.clone(), Arc::clone(&file));
            disk.durable.insert(name, file);
        }
        copy
    }
}

impl Content {
    fn lose_power(&mut self, dice: &mut Dice) {
        let length = match self.written.len().abs_diff(self.durable.len()) {
            0 => self.durable.len(),
            more => self.durable.len().min(self.written.len()) + dice.below(more + 1),
        };
        let mut left = std::mem::take(&mut self.durable);
        left.resize(length, 0);
        for sector in self.dirty.drain(..) {
            let end = ((sector + 1) * SECTOR).min(length).min(self.written.len());
            if dice.is_one_of(2) && sector * SECTOR < end {
                left[sector * SECTOR..end].copy_from_slice(&self.written[sector * SECTOR..end]);
            }
        }
        self.written.clone_from(&left);
        self.durable = left;
    }
}

impl Storage for Simulated {
    type File = SimulatedFile;

    fn folder(&self, name: &str) -> io::Result<Self> {
        let path = self.path_of(name);
        if self.disk.lock().names.contains_key(&path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        Ok(Self { disk: Arc::clone(&self.disk), path: format!("{path}/") })
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let disk = self.disk.lock();
        let names = disk.names.keys().filter_map(|name| name.strip_prefix(&self.path));
        Ok(names.filter(|name| !name.contains('/')).map(str::to_owned).collect())
    }

    fn create(&self, name: &str) -> io::Result<SimulatedFile> {
        let name = self.path_of(name);
        let disk = &mut *self.disk.lock();
        if disk.names.contains_key(&name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        if disk.room == Some(0) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let content = Content { name: name.clone(), ..Content::default() };
        let file = Arc::new(Mutex::new(content));
        disk.change(vec![(name, Some(Arc::clone(&file)))]);
        Ok(self.file(file))
    }

    fn open(&self, name: &str) -> io::Result<SimulatedFile> {
        let file = self.disk.lock().names.get(&self.path_of(name)).map(Arc::clone);
        let file = file.ok_or(io::ErrorKind::NotFound)?;
        let is_no_file = file.lock().is_no_file;
        match is_no_file {
            None => Ok(self.file(file)),
            Some(NoFile::Foreign) => Err(io::ErrorKind::PermissionDenied.into()),
            Some(NoFile::Folder | NoFile::Link) => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let (from, to) = (self.path_of(from), self.path_of(to));
        let disk = &mut *self.disk.lock();
        let is_folder = |name: &String| disk.names.get(name).is_some_and(is_folder);
        let file = disk.names.get(&from).map(Arc::clone).ok_or(io::ErrorKind::NotFound)?;
        if is_folder(&to) && !is_folder(&from) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        to.clone_into(&mut file.lock().name);
        disk.change(vec![(to, Some(file)), (from, None)]);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let name = self.path_of(name);
        let disk = &mut *self.disk.lock();
        match disk.names.get(&name) {
            None => return Err(io::ErrorKind::NotFound.into()),
            Some(file) if is_folder(file) => return Err(io::ErrorKind::IsADirectory.into()),
            Some(_) => {}
        }
        disk.change(vec![(name, None)]);
        Ok(())
    }

    fn sync_names(&self) -> io::Result<()> {
        let disk = &mut *self.disk.lock();
        let is_rename = disk.changes.last().is_some_and(|change| change.len() == 2);
        let lie = if is_rename { Lie::CheckpointName } else { Lie::RecordsName };
        if disk.lie != Some(lie) {
            disk.changes.clear();
            disk.durable.clone_from(&disk.names);
        }
        Ok(())
    }
}

impl StorageFile for SimulatedFile {
    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        let at = usize::try_from(at).unwrap_or(0);
        let disk = self.disk.upgrade().expect("the folder is there");
        let room = &mut disk.lock().room;
        let written = room.map_or(bytes.len(), |room| room.min(bytes.len()));
        let content = &mut *self.content.lock();
        let end = content.written.len().max(at + written);
        content.written.resize(end, 0);
        content.written[at..at + written].copy_from_slice(&bytes[..written]);
        content.dirty.extend(at / SECTOR..(at + written).div_ceil(SECTOR));
        *room = room.map(|room| room - written);
        if written < bytes.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<usize> {
        let content = self.content.lock();
        let rest = content.written.get(usize::try_from(at).unwrap_or(usize::MAX)..).unwrap_or(&[]);
        let read = rest.len().min(into.len());
        into[..read].copy_from_slice(&rest[..read]);
        Ok(read)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.content.lock().written.len() as u64)
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        let disk = self.disk.upgrade().expect("the folder is there");
        let room = &mut disk.lock().room;
        let written = &mut self.content.lock().written;
        let before = written.len();
        written.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        *room = room.map(|room| room + before - written.len());
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let disk = self.disk.upgrade().expect("the folder is there");
        let disk = &mut *disk.lock();
        let content = &mut *self.content.lock();
        if disk.failing_syncs > 0 {
            disk.failing_syncs -= 1;
            // What was not synced is taken for clean from here on, as on Linux.
            content.dirty.clear();
            return Err(io::Error::other("the device is gone"));
        }
        let lie =
            if content.name.starts_with("checkpoint") { Lie::Checkpoint } else { Lie::Records };
        if disk.lie != Some(lie) {
            content.dirty.clear();
            content.durable.clone_from(&content.written);
        }
        Ok(())
    }
}
