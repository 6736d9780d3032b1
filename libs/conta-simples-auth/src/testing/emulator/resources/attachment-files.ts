import { crc32, deflateSync } from 'node:zlib';
import type { TransactionAttachment } from './card-transaction.js';

/** The smallest valid file of each type. */
export function attachmentBytes(attachment: TransactionAttachment): Buffer {
  switch (attachment.type) {
    case 'image/png':
      return greyPng();
    case 'image/jpeg':
      return GREY_JPEG;
    case 'application/pdf':
      return onePagePdf(attachment.name);
  }
}

/** ITU T.81: 8 by 8 pixels of one grey component, whose only block is a DC difference of 0 and an end of block. */
const GREY_JPEG = Buffer.from(
  [
    'ffd8', // start of image
    `ffdb 0043 00 ${'01'.repeat(64)}`, // quantisation table
    'ffc0 000b 08 0008 0008 01 011100', // frame: 8 bits, 8 x 8, one component
    `ffc4 0014 00 01${'00'.repeat(15)} 00`, // Huffman table for DC: one code of one bit
    `ffc4 0014 10 01${'00'.repeat(15)} 00`, // and for AC
    'ffda 0008 01 0100 003f00 3f', // scan: the bits 0 and 0, then padding with ones
    'ffd9', // end of image
  ]
    .join('')
    .replaceAll(' ', ''),
  'hex',
);

/** PNG (third edition) section 5: signature, then IHDR, IDAT, IEND; 1 by 1 pixel, 8-bit greyscale. */
function greyPng(): Buffer {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const filterTypeAndPixel = Buffer.from([0, 0x80]);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(filterTypeAndPixel)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const checked = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(checked), 4);
  return Buffer.concat([frame.subarray(0, 4), checked, frame.subarray(4)]);
}

/** ISO 32000-1 section 7.5: header, objects, cross-reference table with byte offsets, trailer. */
function onePagePdf(title: string): Buffer {
  const text = `BT /F1 14 Tf 40 120 Td (${title.replace(/[()\\]/g, '')}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 160] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let file = '%PDF-1.4\n';
  let table = '0000000000 65535 f \n';
  for (const [index, object] of objects.entries()) {
    table += `${String(file.length).padStart(10, '0')} 00000 n \n`;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
  }
  const size = objects.length + 1;
  const trailer = `trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(`${file}xref\n0 ${size}\n${table}${trailer}`, 'latin1');
}
