/** Log events: properties to the top, the structured exception as text (protocol §9.2). */
export const LOG_EVENT_MAPPING = `move properties/* to *
transform exception to stackTrace using ExceptionToStackTraceTransformer
`;

/** Annotations: each tag a field, and all of them as one text for Grafana. */
export const ANNOTATION_EVENT_MAPPING = `project tags to / with key using ScalarToStringTransformer and value using ScalarToStringTransformer
transform tags to tags using GrafanaAnnotationTagsTransformer
`;

/** Spans: begin and end as ISO texts in their own time zone. */
export const TRACING_MAPPING = `combine beginTimestampUtc,beginTimestampUtcOffset to beginTimestamp using IsoDateTimeCombiner
combine endTimestampUtc,endTimestampUtcOffset to endTimestamp using IsoDateTimeCombiner
`;
