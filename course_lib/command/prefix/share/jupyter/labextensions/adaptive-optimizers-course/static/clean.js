// JupyterLab writes into each notebook which Python it met, and then asks whether to save that.

const KERNEL = ["kernelspec", "language_info"];

// A notebook that was clean before only that was written is clean after it.
export function keepClean(model) {
  let wasDirty = model.dirty;
  model.stateChanged.connect(() => queueMicrotask(() => { wasDirty = model.dirty; }));
  model.metadataChanged.connect((_, change) => {
    if (KERNEL.includes(change.key) && !wasDirty) queueMicrotask(() => { model.dirty = false; });
  });
}
