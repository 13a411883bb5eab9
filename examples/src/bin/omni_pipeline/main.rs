//! An omni pipeline: a thinker answers in text, a talker turns the answer into codes, a vocoder those into speech, and
//! an image stage draws what was asked for. Two replicas of each stage, every one with labels of its own.
//!
//! ```text
//! question -> thinker -+-> talker -> vocoder -> speech
//!                      `-> image ------------> picture
//! ```

mod stages;
mod wire;

use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use inferometer_sdk::{StartError, TokenModality, TransferPayload};

use stages::{Image, Question, Talker, Thinker, Vocoder};
use wire::{Inlet, Outlet};

/// Of each stage.
const REPLICAS: u32 = 2;
/// Messages that wait for one replica; a sender that finds that many waits.
const INBOX: usize = 4;
const QUESTIONS: u32 = 8;

fn main() -> Result<(), StartError> {
    tracing_subscriber::fmt().init(); // what cannot be sent is warned of here
    let telemetry = inferometer_sdk::init()?; // one for the process; OTEL_* decides
    let engine = |stage, replica| {
        telemetry.engine("omni-7b").provider("omni-example").stage(stage).replica(replica)
    };

    let (questions, thinker_inboxes) = inboxes::<Question>();
    let (to_talkers, talker_inboxes) = inboxes();
    let (to_vocoders, vocoder_inboxes) = inboxes();
    let (to_images, image_inboxes) = inboxes();
    thread::scope(|scope| {
        for (replica, inbox) in (0..).zip(thinker_inboxes) {
            let engine = engine("thinker", replica).build();
            let speech =
                Outlet::new(&engine, replica, "talker", TransferPayload::Embedding, &to_talkers);
            let drawing =
                Outlet::new(&engine, replica, "image", TransferPayload::Embedding, &to_images);
            let thinker = Thinker::new(engine, speech, drawing);
            scope.spawn(move || inbox.iter().for_each(|question| thinker.answer(question)));
        }
        for (replica, inbox) in (0..).zip(talker_inboxes) {
            let engine = engine("talker", replica).output_modality(TokenModality::Audio).build();
            let codes =
                Outlet::new(&engine, replica, "vocoder", TransferPayload::Token, &to_vocoders);
            let talker = Talker::new(codes);
            let inlet = Inlet::new(engine, "thinker", TransferPayload::Embedding, inbox);
            scope.spawn(move || inlet.serve(&talker));
        }
        for (replica, inbox) in (0..).zip(vocoder_inboxes) {
            let engine = engine("vocoder", replica).output_modality(TokenModality::Audio).build();
            let vocoder = Vocoder::new(&engine);
            let inlet = Inlet::new(engine, "talker", TransferPayload::Token, inbox);
            scope.spawn(move || inlet.serve(&vocoder));
        }
        for (replica, inbox) in (0..).zip(image_inboxes) {
            let engine = engine("image", replica).output_modality(TokenModality::Image).build();
            let image = Image::new(&engine);
            let inlet = Inlet::new(engine, "thinker", TransferPayload::Embedding, inbox);
            scope.spawn(move || inlet.serve(&image));
        }
        // Each stage ends when nobody is left who could send to it.
        drop((to_talkers, to_vocoders, to_images));
        for number in 0..QUESTIONS {
            let question = Question { number, asked: telemetry.clock().unix_nanos() };
            // Its thread is there until the questions are dropped.
            let _ = questions[(number % REPLICAS) as usize].send(question);
        }
        drop(questions);
    });
    Ok(())
}

type Inboxes<T> = (Vec<SyncSender<T>>, Vec<Receiver<T>>);

fn inboxes<T>() -> Inboxes<T> {
    (0..REPLICAS).map(|_| sync_channel(INBOX)).unzip()
}
