"use client";
import dynamic from "next/dynamic";
import { createContext, useContext, useState, type ReactNode } from "react";

/** A picture for an email, with what it says where pictures are off. `width`: its own, in pixels. */
export type ChosenPicture = { src: string; alt: string; width: number };

export type PictureRequest = {
  /** Dropped or pasted: it is uploaded at once. */
  file?: File | undefined;
  onPick: (picture: ChosenPicture) => void;
  /** Offered where a picture can also be given by an address. */
  onAddress?: () => void;
};

const Dialog = dynamic(() => import("./picture-dialog.tsx").then((loaded) => loaded.PictureDialog), {
  ssr: false,
});

const Asking = createContext<(request: PictureRequest) => void>(() => undefined);

/** Opens the dialog in which a picture is uploaded or chosen, and its words are asked for. */
export const useAskPicture = () => useContext(Asking);

/** Gives the editors within it the dialog for pictures. */
export function AskPictureProvider({ children }: { children: ReactNode }) {
  const [request, setRequest] = useState<PictureRequest | null>(null);
  return (
    <Asking value={setRequest}>
      {children}
      {request && <Dialog request={request} onClose={() => setRequest(null)} />}
    </Asking>
  );
}

/** The first picture among what was dropped or pasted; none where words came along, which are what is meant then. */
export function pictureIn(data: DataTransfer | null): File | undefined {
  if (!data || data.getData("text/plain") !== "") return undefined;
  return [...data.files].find((file) => file.type.startsWith("image/"));
}
