use std::fs::File;

use super::*;

const VOCABULARY: usize = 64;
const EMBEDDING: usize = 32;
const FEED_FORWARD: usize = 64;
const LAYERS: usize = 2;

/// The same noise everywhere.
struct Noise(u32);

impl Noise {
    fn tensor(&mut self, rows: usize, columns: usize) -> QTensor {
        let values: Vec<f32> = (0..rows * columns).map(|_| self.value()).collect();
        let tensor = Tensor::from_vec(values, (rows, columns), &Device::Cpu).expect("a tensor");
        let tensor = if rows == 1 { tensor.squeeze(0).expect("a vector") } else { tensor };
        QTensor::quantize(&tensor, GgmlDType::F32).expect("plain numbers")
    }

    fn value(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from(u16::try_from(self.0 >> 16).expect("16 bits")) / 32_768.0 - 1.0
    }
}

/// A model of noise: it says nothing sensible, and the same thing whenever it is told the same.
fn tiny() -> Llama {
    let mut noise = Noise(7);
    let mut tensors = vec![
        ("token_embd.weight".to_owned(), noise.tensor(VOCABULARY, EMBEDDING)),
        ("output_norm.weight".to_owned(), noise.tensor(1, EMBEDDING)),
    ];
    for layer in 0..LAYERS {
        for (name, rows, columns) in [
            ("attn_norm", 1, EMBEDDING),
            ("attn_q", EMBEDDING, EMBEDDING),
            ("attn_k", EMBEDDING / 2, EMBEDDING),
            ("attn_v", EMBEDDING / 2, EMBEDDING),
            ("attn_output", EMBEDDING, EMBEDDING),
            ("ffn_norm", 1, EMBEDDING),
            ("ffn_gate", FEED_FORWARD, EMBEDDING),
            ("ffn_up", FEED_FORWARD, EMBEDDING),
            ("ffn_down", EMBEDDING, FEED_FORWARD),
        ] {
            tensors.push((format!("blk.{layer}.{name}.weight"), noise.tensor(rows, columns)));
        }
    }
    let number = |value: usize| Value::U32(u32::try_from(value).expect("a small number"));
    let metadata = [
        ("general.architecture", Value::String("llama".to_owned())),
        ("llama.context_length", number(128)),
        ("llama.attention.head_count", number(4)),
        ("llama.attention.head_count_kv", number(2)),
        ("llama.block_count", number(LAYERS)),
        ("llama.embedding_length", number(EMBEDDING)),
        ("llama.rope.dimension_count", number(EMBEDDING / 4)),
        ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
    ];
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("tiny.gguf");
    let mut file = File::create(&path).expect("a new file");
    let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(key, value)| (*key, value)).collect();
    let tensors: Vec<(&str, &QTensor)> =
        tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    gguf_file::write(&mut file, &metadata, &tensors).expect("a written file");
    Llama::load(GgufFile::open(&path).expect("a sound header")).expect("a sound model")
}

/// A sequence that is continued with the token of the highest score.
struct Greedy {
    session: LlamaSession,
    tokens: Vec<u32>,
}

impl Greedy {
    /// Feeds what the session lacks, `at_most` tokens of it; once nothing is lacking, takes the next token.
    fn step(&mut self, model: &Llama, at_most: usize) {
        let fed = self.session.tokens;
        let end = self.tokens.len().min(fed.saturating_add(at_most));
        let scores = model.feed(&mut self.session, &self.tokens[fed..end]).expect("scores");
        if end == self.tokens.len() {
            let next = scores.argmax(0).and_then(|token| token.to_scalar()).expect("a token");
            self.tokens.push(next);
        }
    }
}

fn alone(model: &Llama, prompt: &[u32], length: usize) -> Vec<u32> {
    let mut sequence = Greedy { session: model.session(), tokens: prompt.to_vec() };
    while sequence.tokens.len() < length {
        sequence.step(model, usize::MAX);
    }
    sequence.tokens
}

#[test]
fn sequences_that_take_turns_over_cloned_caches_say_what_each_says_alone() {
    let model = tiny();
    let shared = [3, 1, 4, 1, 5];
    let prompts = [[&shared[..], &[9, 2, 6]].concat(), [&shared[..], &[5, 3]].concat()];
    let mut prefix = model.session();
    model.feed(&mut prefix, &shared).expect("scores");
    let mut sequences =
        prompts.clone().map(|prompt| Greedy { session: prefix.clone(), tokens: prompt });
    for _ in 0..20 {
        sequences.iter_mut().for_each(|sequence| sequence.step(&model, 2));
    }
    assert_eq!(prefix.tokens, shared.len(), "what is kept is never written to");
    for (sequence, prompt) in sequences.into_iter().zip(prompts) {
        assert!(sequence.tokens.len() > prompt.len() + 15);
        assert_eq!(sequence.tokens, alone(&model, &prompt, sequence.tokens.len()));
    }
}

#[test]
fn a_cache_that_is_computed_again_continues_as_before() {
    let model = tiny();
    let whole = alone(&model, &[8, 9, 7, 9], 24);
    // Preempted after ten tokens: all of them are fed anew, in pieces.
    let mut again = Greedy { session: model.session(), tokens: whole[..10].to_vec() };
    while again.tokens.len() < whole.len() {
        again.step(&model, 4);
    }
    assert_eq!(again.tokens, whole);
    let distinct: std::collections::HashSet<_> = whole.iter().collect();
    assert!(distinct.len() > 3, "a model that says one thing proves nothing: {whole:?}");
}
