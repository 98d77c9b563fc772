import * as z from 'zod';

/* What Meta's Graph API answers, as far as we read it. Meta adds fields at any time: unknown ones are dropped. */

export const GraphError = z.object({
  error: z.object({
    message: z.string().default(''),
    code: z.int().default(0),
    error_subcode: z.int().optional(),
    error_user_msg: z.string().optional(),
    error_data: z.object({ details: z.string().optional() }).optional(),
  }),
});
export type GraphError = z.infer<typeof GraphError>;

export const SentAnswer = z.object({
  contacts: z.array(z.object({ wa_id: z.string().optional() })).default([]),
  messages: z.array(z.object({ id: z.string().min(1) })).min(1),
});

export const NumberAnswer = z.object({
  id: z.string(),
  display_phone_number: z.string().transform((written) => `+${written.replaceAll(/\D/g, '')}`),
  verified_name: z.string().nullish(),
  quality_rating: z.string().nullish(),
});
export const NumbersAnswer = z.object({ data: z.array(NumberAnswer) });

export const MediaAnswer = z.object({
  url: z.url({ protocol: /^https?$/ }),
  mime_type: z.string(),
  file_size: z.coerce.number().int().nonnegative(),
  sha256: z.string(),
});
export const UploadedAnswer = z.object({ id: z.string().min(1) });

export const TemplateAnswer = z.object({
  id: z.string(),
  name: z.string(),
  language: z.string(),
  status: z.string(),
  category: z.string(),
  parameter_format: z.enum(['NAMED', 'POSITIONAL']).default('POSITIONAL'),
  components: z.array(z.record(z.string(), z.unknown())).default([]),
  rejected_reason: z.string().nullish(),
});
export const TemplatesAnswer = z.object({
  data: z.array(TemplateAnswer),
  paging: z.object({ next: z.string().optional(), cursors: z.object({ after: z.string().optional() }).optional() }).optional(),
});
export const TemplateMade = z.object({ id: z.string(), status: z.string().default('PENDING') });
