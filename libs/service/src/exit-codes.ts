/** The app was told to stop and has stopped. */
export const EXIT_OK = 0;
/** The start, the work or the stop has failed. */
export const EXIT_FAILURE = 1;
/** The settings are wrong. */
export const EXIT_BAD_CONFIG = 2;
