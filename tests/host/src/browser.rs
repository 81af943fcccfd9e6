//! The host's browser of presets: it asks the plugin's file where presets are,
//! walks through the folders and reads what each file says, all without making
//! an instance.

use clack_extensions::preset_discovery::prelude::*;
use clack_host::prelude::*;
use std::ffi::{CStr, CString};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What a file says of its preset.
#[derive(Default, Debug)]
pub struct Preset {
    pub file: PathBuf,
    pub title: String,
    pub creators: Vec<String>,
    pub description: String,
    pub features: Vec<String>,
    pub plugins: Vec<String>,
    pub factory: bool,
    error: Option<String>,
    begun: bool,
}

fn text(s: &CStr) -> String {
    s.to_str().map_or_else(|_| "not UTF-8".to_string(), str::to_string)
}

/// Folders and endings that a provider has named.
#[derive(Default)]
struct Index {
    folders: Vec<(PathBuf, bool)>,
    endings: Vec<String>,
}

impl IndexerImpl for Index {
    fn declare_filetype(&mut self, file_type: FileType) -> Result<(), HostError> {
        self.endings.push(file_type.file_extension.map(text).unwrap_or_default());
        Ok(())
    }

    fn declare_location(&mut self, location: LocationInfo) -> Result<(), HostError> {
        let path = location.location.file_path().map(|p| PathBuf::from(text(p)));
        let path = path.filter(|p| p.is_absolute()).ok_or(HostError::Message("a location is an absolute path"))?;
        self.folders.push((path, location.flags.contains(Flags::IS_FACTORY_CONTENT)));
        Ok(())
    }

    fn declare_soundpack(&mut self, _: Soundpack) -> Result<(), HostError> {
        Ok(())
    }
}

impl MetadataReceiverImpl for Preset {
    fn on_error(&mut self, code: i32, message: Option<&CStr>) {
        self.error = Some(format!("{code} {}", message.map(text).unwrap_or_default()));
    }

    fn begin_preset(&mut self, name: Option<&CStr>, _: Option<&CStr>) -> Result<(), HostError> {
        if self.begun {
            return Err(HostError::Message("one file is one preset"));
        }
        self.begun = true;
        self.title = name.map(text).unwrap_or_default();
        Ok(())
    }

    fn add_plugin_id(&mut self, id: UniversalPluginId) {
        self.plugins.push(text(id.id));
    }

    fn set_soundpack_id(&mut self, _: &CStr) {}
    fn set_flags(&mut self, _: Flags) {}

    fn add_creator(&mut self, creator: &CStr) {
        self.creators.push(text(creator));
    }

    fn set_description(&mut self, description: &CStr) {
        self.description = text(description);
    }

    fn set_timestamps(&mut self, _: Option<Timestamp>, _: Option<Timestamp>) {}

    fn add_feature(&mut self, feature: &CStr) {
        self.features.push(text(feature));
    }

    fn add_extra_info(&mut self, _: &CStr, _: &CStr) {}
}

fn walk(folder: &Path, ending: &[String], found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, ending, found);
        } else if path.extension().is_some_and(|e| ending.iter().any(|w| e == w.as_str())) {
            found.push(path);
        }
    }
}

/// Finds all presets. Also returns how long it took, in milliseconds.
pub fn crawl(entry: &PluginEntry) -> Result<(Vec<Preset>, f64), String> {
    let started = Instant::now();
    let info = HostInfo::new("mmm-host", "mmm", "", "0.1.0").map_err(|e| e.to_string())?;
    let factory: PresetDiscoveryFactory = entry.get_factory().ok_or("the file has no preset discovery factory")?;
    let mut presets = Vec::new();
    for descriptor in factory.provider_descriptors() {
        let id = CString::from(descriptor.id().ok_or("a provider has no id")?);
        let mut provider =
            Provider::instantiate(Index::default(), entry, &id, &info).map_err(|e| format!("the provider: {e}"))?;
        let folders = std::mem::take(&mut provider.indexer_mut().folders);
        let endings = std::mem::take(&mut provider.indexer_mut().endings);
        for (folder, factory) in folders {
            let mut files = Vec::new();
            walk(&folder, &endings, &mut files);
            files.sort();
            for file in files {
                let path = CString::new(file.to_string_lossy().as_bytes()).map_err(|_| "a zero in a path")?;
                let mut preset = Preset { file: file.clone(), factory, ..Preset::default() };
                provider.get_metadata(Location::File { path: &path }, &mut preset);
                if let Some(error) = preset.error {
                    return Err(format!("{}: {error}", file.display()));
                }
                if preset.begun {
                    presets.push(preset);
                }
            }
        }
    }
    Ok((presets, started.elapsed().as_secs_f64() * 1000.0))
}
