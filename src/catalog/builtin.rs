//! The catalogue inside the program: the files of `plans/`.

use std::sync::Arc;

use super::Input;
use crate::problem::Source;

macro_rules! files {
    ($($name:literal)+) => {
        /// Name and text of each, in order of name.
        const FILES: &[(&str, &str)] = &[$(
            (concat!("plans/", $name, ".toml"), include_str!(concat!("../../plans/", $name, ".toml"))),
        )+];
    };
}

files! {
    "alibaba" "anthropic" "augment" "aws" "bytedance" "cerebras" "cognition" "commandcode" "cursor" "deepseek"
    "factory" "github" "google" "kilo" "minimax" "mistral" "moonshot" "ollama" "openai" "opencode" "populations" "workloads" "xai"
    "xiaomi" "zai" "zed"
}

/// The files inside the program, as inputs.
#[must_use]
pub fn bundled() -> Vec<Input> {
    let input = |&(name, text): &(&str, &str)| Input {
        source: Arc::new(Source { name: name.to_owned(), text: text.to_owned() }),
        bundled: true,
        plans: true,
    };
    FILES.iter().map(input).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_inside_the_program() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/plans")).expect("the folder of plans");
        let names = folder.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".toml")).collect();
        names.sort();
        let known: Vec<String> = FILES.iter().map(|(name, _)| name.replace("plans/", "")).collect();
        assert_eq!(names, known, "add the file to the list in this module");
    }
}
