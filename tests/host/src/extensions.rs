//! The plugin's extensions beyond playing, as script commands: port layouts,
//! presets, pages, menus and what a host tells of parameters and tracks.

use crate::audio::{Job, PortSwitch};
use crate::instance::Instance;
use clack_extensions::audio_ports::AudioPortInfoBuffer;
use clack_extensions::audio_ports_activation::{PluginAudioPortsActivation, SampleSize};
use clack_extensions::audio_ports_config::{AudioPortsConfigBuffer, PluginAudioPortsConfig, PluginAudioPortsConfigInfo};
use clack_extensions::configurable_audio_ports::{AudioPortRequest, AudioPortRequestDetails, PluginConfigurableAudioPorts};
use clack_extensions::context_menu::{
    ContextMenuBuilder, ContextMenuBuilderImpl, ContextMenuError, ContextMenuTarget, Item, ItemKind, PluginContextMenu,
};
use clack_extensions::note_name::{NoteNameBuffer, PluginNoteName};
use clack_extensions::param_indication::{ParamIndicationAutomation, PluginParamIndication};
use clack_extensions::preset_discovery::preset_data::Location;
use clack_extensions::preset_discovery::PluginPresetLoad;
use clack_extensions::remote_controls::{PluginRemoteControls, RemoteControlsPageBuffer};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::tail::PluginTail;
use clack_extensions::track_info::PluginTrackInfo;
use clack_extensions::voice_info::PluginVoiceInfo;
use clack_host::prelude::*;
use std::ffi::CString;

type Done = Result<(), String>;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A page of remote controls as text: section, name, the parameters' names.
pub struct Page {
    pub section: String,
    pub name: String,
    pub params: Vec<String>,
}

/// The entries of a menu.
#[derive(Default)]
pub struct Menu {
    pub entries: Vec<(String, bool, ClapId)>,
}

impl ContextMenuBuilderImpl for Menu {
    fn supports(&mut self, _: ItemKind) -> bool {
        true
    }

    fn add_item(&mut self, item: Item) -> Result<(), ContextMenuError> {
        if let Item::Entry { label, enabled, action_id } = item {
            self.entries.push((label.to_string_lossy().into_owned(), enabled, action_id));
        }
        Ok(())
    }
}

impl Instance {
    // ---- ports -----------------------------------------------------------------

    /// The layouts by name and id.
    pub fn layouts(&mut self) -> Result<Vec<(String, ClapId)>, String> {
        let extension = self.extension::<PluginAudioPortsConfig>("audio ports config")?;
        let handle = self.plugin.plugin_handle();
        let mut buffer = AudioPortsConfigBuffer::new();
        let mut list = Vec::new();
        for i in 0..extension.count(&handle) {
            let config = extension.get(&handle, i, &mut buffer).ok_or(format!("layout {i} has no description"))?;
            list.push((text(config.name), config.id));
        }
        Ok(list)
    }

    /// Chooses a layout by name and checks that all that describe it agree.
    pub fn choose_layout(&mut self, name: &str) -> Done {
        let layouts = self.layouts()?;
        let id = layouts.iter().find(|l| l.0 == name).ok_or(format!("no layout is called {name}"))?.1;
        let extension = self.extension::<PluginAudioPortsConfig>("audio ports config")?;
        extension.select(&self.plugin.plugin_handle(), id).map_err(|_| format!("{name} cannot be selected"))?;
        let info = self.extension::<PluginAudioPortsConfigInfo>("audio ports config info")?;
        if info.current_config(&self.plugin.plugin_handle()) != Some(id) {
            return Err(format!("{name} was selected and is not the current layout"));
        }
        for inputs in [true, false] {
            let channels = self.audio_ports(inputs);
            let handle = self.plugin.plugin_handle();
            for (i, count) in channels.iter().enumerate() {
                let mut buffer = AudioPortInfoBuffer::new();
                let told = info.get(&handle, id, i as u32, inputs, &mut buffer).map(|p| p.channel_count);
                if told != Some(*count) {
                    return Err(format!("port {i} of {name} has {count} channels, its description {told:?}"));
                }
            }
        }
        Ok(())
    }

    /// The name of the current layout.
    pub fn layout(&mut self) -> Result<Option<String>, String> {
        let info = self.extension::<PluginAudioPortsConfigInfo>("audio ports config info")?;
        let current = info.current_config(&self.plugin.plugin_handle());
        Ok(self.layouts()?.into_iter().find(|l| Some(l.1) == current).map(|l| l.0))
    }

    /// Asks for channels of ports: "in0=1" or "out0=4". False when it is refused.
    pub fn ask_ports(&mut self, words: &[String]) -> Result<bool, String> {
        let extension = self.extension::<PluginConfigurableAudioPorts>("configurable audio ports")?;
        let mut requests = Vec::new();
        for word in words {
            let (port, channels) = word.split_once('=').ok_or("a port is in0=2 or out0=2")?;
            let is_input = port.starts_with("in");
            let index = port.trim_start_matches(char::is_alphabetic).parse().map_err(|_| "a port has a number")?;
            let details = match channels.parse().map_err(|_| "channels are a number")? {
                1 => AudioPortRequestDetails::mono(),
                2 => AudioPortRequestDetails::stereo(),
                n => AudioPortRequestDetails::untyped(n),
            };
            requests.push(AudioPortRequest::new(is_input, index, details));
        }
        let mut handle = self.plugin.inactive_plugin_handle().ok_or("the plugin is active")?;
        let can = extension.can_apply_configuration(&mut handle, &requests);
        let applied = extension.apply_configuration(&mut handle, &requests);
        if can == applied {
            Ok(applied)
        } else {
            Err(format!("the plugin can apply it: {can}; and has: {applied}"))
        }
    }

    /// Switches a port on or off, on the thread that CLAP asks for.
    pub fn switch_port(&mut self, port: PortSwitch) -> Done {
        let extension = self.extension::<PluginAudioPortsActivation>("audio ports activation")?;
        if self.is_active() {
            if !extension.can_activate_while_processing(&self.plugin.plugin_handle()) {
                return Err("the plugin does not switch ports while it is active".into());
            }
            return self.run(Job::SetPort(extension, port));
        }
        let mut handle = self.plugin.inactive_plugin_handle().ok_or("the plugin plays")?;
        let (input, index) = (port.is_input, port.index);
        if extension.set_active_audio_inactive(&mut handle, input, index, port.on, SampleSize::Unspecified) {
            Ok(())
        } else {
            Err("the plugin does not switch this port".into())
        }
    }

    /// Sets the render mode.
    pub fn render(&mut self, offline: bool) -> Done {
        let extension = self.extension::<PluginRender>("render")?;
        let handle = self.plugin.plugin_handle();
        if extension.has_realtime_requirement(&handle) {
            return Err("the plugin says that it cannot bounce".into());
        }
        let mode = if offline { RenderMode::Offline } else { RenderMode::Realtime };
        extension.set(&handle, mode).map_err(|_| "the plugin refuses the mode".into())
    }

    /// The tail in frames; infinity where the plugin says so.
    pub fn tail(&mut self) -> Result<f64, String> {
        let tail = self.extension::<PluginTail>("tail")?;
        let side = self.side().ok_or("the plugin is not active")?;
        let length = tail.get(&side.processor.plugin_handle());
        Ok(if length.is_infinite() { f64::INFINITY } else { f64::from(length.to_raw()) })
    }

    /// Voices and whether notes may overlap.
    pub fn voices(&mut self) -> Result<(u32, u32), String> {
        let extension = self.extension::<PluginVoiceInfo>("voice info")?;
        let info = extension.get(&self.plugin.plugin_handle()).ok_or("the plugin does not tell its voices")?;
        Ok((info.voice_count, info.voice_capacity))
    }

    // ---- what the patch has ----------------------------------------------------

    /// The pages of remote controls.
    pub fn pages(&mut self) -> Result<Vec<Page>, String> {
        let names = self.params()?;
        let extension = self.extension::<PluginRemoteControls>("remote controls")?;
        let handle = self.plugin.plugin_handle();
        let mut list = Vec::new();
        let mut ids = Vec::new();
        for i in 0..extension.count(&handle) {
            let mut buffer = RemoteControlsPageBuffer::new();
            let page = extension.get(&handle, i, &mut buffer).ok_or(format!("page {i} cannot be read"))?;
            if ids.contains(&page.page_id) {
                return Err(format!("two pages have the id {}", page.page_id));
            }
            ids.push(page.page_id);
            let named = |id: Option<ClapId>| names.iter().find(|p| Some(p.id) == id).map(|p| p.name.clone());
            list.push(Page {
                section: text(page.section_name),
                name: text(page.page_name),
                params: page.param_ids.iter().filter(|id| id.is_some()).map(|id| named(*id).unwrap_or("?".into())).collect(),
            });
        }
        Ok(list)
    }

    /// The names of keys: "KEY NAME" or "KEY/CHANNEL NAME".
    pub fn note_names(&mut self) -> Result<Vec<String>, String> {
        let extension = self.extension::<PluginNoteName>("note names")?;
        let handle = self.plugin.plugin_handle();
        let mut list = Vec::new();
        for i in 0..extension.count(&handle) {
            let mut buffer = NoteNameBuffer::new();
            let name = extension.get(&handle, i as u32, &mut buffer).ok_or(format!("name {i} cannot be read"))?;
            let raw = name.to_raw();
            let channel = if raw.channel < 0 { String::new() } else { format!("/{}", raw.channel) };
            list.push(format!("{}{channel} {}", raw.key, text(name.name)));
        }
        Ok(list)
    }

    // ---- what the host tells ---------------------------------------------------

    /// Says that a controller's knob of that label drives a parameter.
    pub fn indicate_mapping(&mut self, id: ClapId, label: &str) -> Done {
        let extension = self.extension::<PluginParamIndication>("param indication")?;
        let label = CString::new(label).map_err(|_| "a zero in the label")?;
        extension.set_mapping(&self.plugin.plugin_handle(), id, true, None, Some(&label), None);
        Ok(())
    }

    /// Says that automation of a parameter plays, or does not.
    pub fn indicate_automation(&mut self, id: ClapId, playing: bool) -> Done {
        let extension = self.extension::<PluginParamIndication>("param indication")?;
        let state = if playing { ParamIndicationAutomation::Playing } else { ParamIndicationAutomation::None };
        extension.set_automation(&self.plugin.plugin_handle(), id, state, None);
        Ok(())
    }

    /// Gives the track another name.
    pub fn set_track(&mut self, name: &str) -> Done {
        let extension = self.extension::<PluginTrackInfo>("track info")?;
        let name: &'static str = Box::leak(name.to_string().into_boxed_str());
        self.plugin.access_handler(|h| h.track.set(Some(name)));
        extension.changed(&self.plugin.plugin_handle());
        Ok(())
    }

    /// The menu of a parameter or of the plugin.
    pub fn menu(&mut self, param: Option<ClapId>) -> Result<Menu, String> {
        let extension = self.extension::<PluginContextMenu>("context menu")?;
        let mut menu = Menu::default();
        let mut builder = ContextMenuBuilder::new(&mut menu);
        extension
            .populate(&self.plugin.plugin_handle(), target(param), &mut builder)
            .map_err(|_| "the plugin has no menu for this")?;
        Ok(menu)
    }

    /// Chooses an entry of a menu by its label.
    pub fn choose(&mut self, label: &str, param: Option<ClapId>) -> Done {
        let menu = self.menu(param)?;
        let entry = menu.entries.iter().find(|e| e.0 == label).ok_or(format!("the menu has no {label}"))?;
        if !entry.1 {
            return Err(format!("{label} cannot be chosen"));
        }
        let extension = self.extension::<PluginContextMenu>("context menu")?;
        extension.perform(&self.plugin.plugin_handle(), target(param), entry.2).map_err(|_| format!("{label} failed"))
    }

    /// Loads a preset of the host's browser.
    pub fn load_preset(&mut self, file: &str) -> Done {
        let extension = self.extension::<PluginPresetLoad>("preset load")?;
        let path = CString::new(file).map_err(|_| "a zero in the path")?;
        let loaded = extension.load_from_location(&self.plugin.plugin_handle(), Location::File { path: &path }, None);
        self.service();
        loaded.map_err(|_| format!("{file} is no preset that can be loaded"))
    }
}

fn target(param: Option<ClapId>) -> ContextMenuTarget {
    param.map_or(ContextMenuTarget::Global, ContextMenuTarget::Param)
}

