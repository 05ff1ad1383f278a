"use client";
import { useMutation } from "@tanstack/react-query";
import Image from "next/image";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { PictureDrop } from "./picture-drop.tsx";
import { PictureLibrary } from "./picture-library.tsx";
import { pictureIn, type PictureRequest } from "./ask-picture.tsx";
import { usePictureUpload, type Picture } from "./use-picture-upload.tsx";

type Props = { request: PictureRequest; onClose: () => void };

/** Upload or choose a picture, then say what it shows. */
export function PictureDialog({ request, onClose }: Props) {
  const [picture, setPicture] = useState<Picture | null>(null);
  const { upload, uploading, problem } = usePictureUpload();
  const take = (file: File) => void upload(file).then((taken) => taken && setPicture(taken));
  const latest = useRef(take);
  useEffect(() => {
    latest.current = take;
  });
  useEffect(() => {
    if (request.file) latest.current(request.file);
  }, [request.file]);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        size="lg"
        title={picture ? "What does it show?" : "Picture"}
        description={
          picture
            ? undefined
            : "Inboxes fetch it from this installation, at an address that nobody can guess."
        }
      >
        {picture ? (
          <Words
            picture={picture}
            onBack={() => setPicture(null)}
            onDone={(alt) => {
              request.onPick({ src: picture.url, alt, width: picture.width });
              onClose();
            }}
          />
        ) : (
          <div
            className="space-y-5"
            onPaste={(event) => {
              const file = pictureIn(event.clipboardData);
              if (file) take(file);
            }}
          >
            <PictureDrop uploading={uploading} onFile={take} />
            <FormError>{problem}</FormError>
            <PictureLibrary onPick={setPicture} />
            {request.onAddress && (
              <DialogFooter>
                <Button
                  variant="ghost"
                  onClick={() => {
                    request.onAddress?.();
                    onClose();
                  }}
                >
                  It is on the web already: give its address
                </Button>
              </DialogFooter>
            )}
          </div>
        )}
      </DialogContent>
    </Dialog>
  );
}

type WordsProps = { picture: Picture; onBack: () => void; onDone: (alt: string) => void };

function Words({ picture, onBack, onDone }: WordsProps) {
  const trpc = useTRPC();
  const [alt, setAlt] = useState(picture.alt);
  const describe = useMutation(trpc.pictures.describe.mutationOptions());
  const problem = asProblem(describe.error);
  function done() {
    describe.mutate({ id: picture.id, alt }, { onSuccess: () => onDone(alt.trim()) });
  }
  // An Enter in here would otherwise save the form around the editor.
  function onEnter(event: KeyboardEvent) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    done();
  }
  return (
    <>
      <div className="grid gap-5 sm:grid-cols-[14rem_1fr]">
        <span className="flex max-h-56 items-center justify-center overflow-hidden rounded-lg border bg-sunken p-2">
          <Image
            unoptimized
            src={picture.url}
            alt=""
            width={picture.width}
            height={picture.height}
            className="max-h-52 w-auto max-w-full object-contain"
          />
        </span>
        <div className="space-y-4">
          <Field
            name="alt"
            label="Says, where pictures are off"
            placeholder="Our new shop in Lisbon, seen from the street"
            hint="Many inboxes show no pictures at first, and some people listen to their mail. Leave it empty only for an ornament."
            autoFocus
            maxLength={300}
            value={alt}
            error={problem?.fields.alt}
            onChange={(event) => setAlt(event.target.value)}
            onKeyDown={onEnter}
          />
          <p className="text-xs text-muted">
            {picture.filename}, {picture.width} × {picture.height} pixels, {sizeWords(picture.sizeBytes)}
          </p>
          <FormError>{problem && !problem.fields.alt ? problem.message : null}</FormError>
        </div>
      </div>
      <DialogFooter>
        <Button onClick={onBack}>Another picture</Button>
        <Button variant="primary" pending={describe.isPending} onClick={done}>
          Put it into the email
        </Button>
      </DialogFooter>
    </>
  );
}

const sizeWords = (bytes: number) =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
