"use client";
import { useEffect } from "react";

/** Notes in a cookie which workspace "/" should open next time. */
export function RememberWorkspace({ slug }: { slug: string }) {
  useEffect(() => {
    document.cookie = `workspace=${slug}; path=/; max-age=31536000; samesite=lax`;
  }, [slug]);
  return null;
}
